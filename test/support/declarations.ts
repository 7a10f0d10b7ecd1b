import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const SOURCES = join(ROOT, 'src');

/** What the source says of an option. */
export interface DeclaredOption {
  /** The text of its comment. */
  readonly doc: string;
  /** What `typeof` gives for values of its type, 'array' and 'null' apart from 'object'. */
  readonly kinds: ReadonlySet<string>;
  /** The values, where its type names all strings that it takes. */
  readonly literals: readonly string[];
}

/** The declarations in src/, as the compiler sees them. */
export class Declarations {
  private readonly program: ts.Program;
  private readonly checker: ts.TypeChecker;

  constructor() {
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
    this.program = ts.createProgram(sourceFiles(), options);
    this.checker = this.program.getTypeChecker();
  }

  /** The options of an interface or type, by name. */
  optionsOf(typeName: string): Map<string, DeclaredOption> {
    const properties = this.checker.getPropertiesOfType(this.typeNamed(typeName));
    return new Map(properties.map((symbol) => [symbol.name, this.option(symbol)]));
  }

  /** The functions that a file exports and that take an object of a type declared in src/. */
  takingOptions(file: string): string[] {
    const module = this.checker.getSymbolAtLocation(this.program.getSourceFile(join(ROOT, file))!)!;
    const exported = this.checker.getExportsOfModule(module);
    return exported.filter((symbol) => this.takesOptions(symbol)).map(({ name }) => name);
  }

  private typeNamed(name: string): ts.Type {
    for (const file of this.program.getSourceFiles()) {
      if (!file.fileName.startsWith(SOURCES)) continue;
      const declaration = file.statements.find(
        (node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
          (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) &&
          node.name.text === name,
      );
      if (declaration != null) return this.checker.getTypeAtLocation(declaration.name);
    }
    throw new Error(`src/ declares no type ${name}.`);
  }

  private option(symbol: ts.Symbol): DeclaredOption {
    const members = membersOf(this.checker.getTypeOfSymbol(symbol));
    const kinds = members.map((type) => this.kindOf(type)).filter((kind) => kind !== 'undefined');
    const literals = members.filter((type) => type.isStringLiteral()).map(({ value }) => value);
    const doc = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    return { doc, kinds: new Set(kinds), literals };
  }

  /** 'literal' for a string that the type names. */
  private kindOf(type: ts.Type): string {
    if (type.isStringLiteral()) return 'literal';
    if (this.checker.isArrayLikeType(type) || type.symbol?.name === 'ArrayLike') return 'array';
    if (type.getCallSignatures().length > 0) return 'function';
    const flags = {
      string: ts.TypeFlags.StringLike,
      number: ts.TypeFlags.NumberLike,
      boolean: ts.TypeFlags.BooleanLike,
      null: ts.TypeFlags.Null,
      undefined: ts.TypeFlags.Undefined,
    };
    const primitive = Object.entries(flags).find(([, flag]) => (type.flags & flag) !== 0);
    return primitive?.[0] ?? 'object';
  }

  private takesOptions(symbol: ts.Symbol): boolean {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? this.checker.getAliasedSymbol(symbol) : symbol;
    if ((target.flags & ts.SymbolFlags.Value) === 0) return false;
    const type = this.checker.getTypeOfSymbol(target);
    const signatures = [...type.getCallSignatures(), ...type.getConstructSignatures()];
    const parameters = signatures.flatMap((signature) => signature.parameters);
    return parameters.some((parameter) =>
      membersOf(this.checker.getTypeOfSymbol(parameter)).some(isDeclaredObject),
    );
  }
}

function sourceFiles(): string[] {
  const names = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(SOURCES, name));
}

function membersOf(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** Whether a type is an interface or literal type of src/, or the options of any layer of tfjs, and no function. */
function isDeclaredObject(type: ts.Type): boolean {
  const symbol = type.aliasSymbol ?? type.symbol;
  const files = symbol?.declarations?.map((node) => node.getSourceFile().fileName) ?? [];
  const isObject = (type.flags & ts.TypeFlags.Object) !== 0 && !type.isClass();
  const isFunction = type.getCallSignatures().length > 0;
  const isOurs = files.some((file) => file.startsWith(SOURCES));
  return isObject && !isFunction && (isOurs || symbol?.name === 'LayerArgs');
}
