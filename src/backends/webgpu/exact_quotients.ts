/**
 * 127 / m and m / 127 rounded to float32, from the bits of m, a normal float, to bits. Division in WGSL may be wrong by
 * 2.5 units in the last place, so these are quotients of integers.
 *
 * With m = M * 2^(e - 150), where 2^23 <= M < 2^24 and e is the exponent's field:
 *
 * - 127 / m = Q * 2^(150 - e - t), where Q = 127 * 2^t / M lies between 2^23 and 2^24 with t = 40 up to M = 127 * 2^17,
 *   and t = 41 beyond. Floats estimate Q to within a few units, and the remainder corrects it: 127 * 2^t - Q * M is
 *   below 2^31, so integers that wrap give it exactly, and in them 127 * 2^t is zero. A remainder of just M / 2 cannot
 *   occur: Q + 1/2 = 127 * 2^t / M would make 2 Q + 1, which is odd and above 127, divide 127 * 2^(t + 1).
 * - m / 127 = Q * 2^(e - s - 150), where Q = M * 2^s / 127 with s = 7 below M = 127 * 2^17, and s = 6 from there on.
 *
 * A float of the mantissa Q, times 2^(f - 150), has the bits (f << 23) + (Q - 2^23), also where Q was rounded up to 2^24.
 */
export const EXACT_QUOTIENTS = `
  fn mantissa(bits : u32) -> u32 { return (bits & 0x7fffffu) | 0x800000u; }

  fn bitsOf127Over(bits : u32) -> u32 {
    let m = i32(mantissa(bits));
    let isBeyond = m > 16646144;
    var q = i32(select(16646144.0, 33292288.0, isBeyond) / f32(m) * 8388608.0);
    var remainder = -(q * m);
    for (var i = 0; i < 8; i++) {
      if (2 * remainder > m) { q++; remainder -= m; }
      if (2 * remainder < -m) { q--; remainder += m; }
    }
    let exponent = 260 - i32(bits >> 23u) - select(0, 1, isBeyond);
    return u32((exponent << 23u) + (q - 8388608));
  }

  fn bitsOver127(bits : u32) -> u32 {
    let m = mantissa(bits);
    let s = select(7u, 6u, m >= 16646144u);
    let n = m << s;
    var q = n / 127u;
    if (2u * (n - 127u * q) > 127u) { q++; }
    return (((bits >> 23u) - s) << 23u) + (q - 8388608u);
  }`;
