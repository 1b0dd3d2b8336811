using System.Globalization;
using System.Text;
using Drydock.Crds.Entities;
using Drydock.CrdGen.Model;

namespace Drydock.CrdGen.Output;

/// <summary>
/// Writes the reference: a page of each kind, and a page of the types that several kinds have. A type that several
/// fields have, and a base of several types, is a section of its own.
/// </summary>
internal sealed class Reference
{
    private const string Folder = "docs/reference/", SharedPage = "shared-types.md";

    // The pages by hand about a kind.
    private static readonly Dictionary<string, string> Guides = new(StringComparer.Ordinal)
    {
        ["OmsUpgrade"] = "[OMS](../explanation/oms.md)",
        ["DatabaseRollingUpgrade"] = "[TiDB](../explanation/tidb.md), [YugabyteDB and BMDB](../explanation/yugabytedb.md)",
        ["BackupSnapshot"] = "[back up and restore](../how-to/back-up-and-restore.md)",
        ["SnapshotRestore"] = "[back up and restore](../how-to/back-up-and-restore.md)",
    };

    private readonly Dictionary<Type, Part> _parts = [];
    private readonly IReadOnlyList<KindModel> _kinds;
    private readonly XmlDocs _docs;

    private Reference(IReadOnlyList<KindModel> kinds, XmlDocs docs)
    {
        (_kinds, _docs) = (kinds, docs);
        foreach (var kind in kinds)
        {
            Collect(kind, kind.Spec, isSpec: true);
        }

        foreach (var kind in kinds)
        {
            Collect(kind, kind.Status, isSpec: false);
        }
    }

    public static IEnumerable<GeneratedFile> Of(IReadOnlyList<KindModel> kinds, XmlDocs docs)
    {
        var reference = new Reference(kinds, docs);
        return [.. kinds.Select(kind => new GeneratedFile(Folder + PageOf(kind), reference.Page(kind))), new(Folder + SharedPage, reference.Shared())];
    }

    private static string PageOf(KindModel kind) => $"{kind.Entity.Kind.ToLowerInvariant()}.md";

    private void Collect(KindModel kind, SchemaNode owner, bool isSpec)
    {
        foreach (var field in owner.Properties.Where(field => !field.IsInternal))
        {
            if (field.DeclaredBy != owner.Model)
            {
                Use(field.DeclaredBy!, owner, owner.Model!.FullName!, null);
            }

            if ((field.Items ?? field) is { Model: { } type } value)
            {
                Use(type, value, $"{field.DeclaredBy}.{field.Name}", field.Class);
                Collect(kind, value, isSpec);
            }
        }

        void Use(Type type, SchemaNode node, string user, FieldClass? fieldClass)
        {
            var part = _parts.TryGetValue(type, out var known) ? known : _parts[type] = new Part(type, node, fieldClass, isSpec);
            part.Users.Add(user);
            part.Kinds.Add(kind.Entity.Kind);
        }
    }

    private string Page(KindModel kind)
    {
        var names = kind.ShortNames.Select(name => $"`{name}`");
        var page = new StringBuilder(
            $"""
            <!-- {Generator.Notice} -->
            # {kind.Entity.Kind}

            {kind.Description} How it is used: {Guides[kind.Entity.Kind]}.

            `{kind.Entity.Group}/{kind.Entity.ApiVersion}`; `kubectl get {kind.Entity.PluralName}`, short {string.Join(", ", names)}. Columns: {Columns(0)}; with `-o wide` also {Columns(1)}. How to read the tables: [shared types]({SharedPage}).

            ## Spec


            """);
        Table(page, kind.Spec, null, isSpec: true, SharedPage);
        page.Append("\n## Status\n\n");
        Table(page, kind.Status, null, isSpec: false, SharedPage);
        foreach (var part in Sections().Where(part => part.Kinds.Count == 1 && part.Kinds.Contains(kind.Entity.Kind)))
        {
            Section(page, part, SharedPage);
        }

        return page.ToString();

        string Columns(int priority) => string.Join(", ", kind.Columns.Where(column => column.Priority == priority).Select(column => column.Name));
    }

    private string Shared()
    {
        var page = new StringBuilder(
            $"""
            <!-- {Generator.Notice} -->
            # Types that several kinds share

            For those who look up a field. The kinds: {string.Join(", ", _kinds.Select(kind => $"[{kind.Entity.Kind}]({PageOf(kind)})"))}. `kubectl explain` shows the same texts. Fields of a status that are not listed are no API.

            A field with \* is required. Behind the type of a spec field stands when you can change it; without it, that of the field above:

            | class | meaning |
            |---|---|
            | identity | What is done to which target. Frozen while the work is under way; the refusal says what to do. |
            | access | How the operator reaches its targets. At any time; the next action uses it. |
            | timing | How long the operator waits. At any time; connections are kept. |
            | control | What you want of the run now. At any time. |

            Numbers are bounds, in brackets of the count of items. The default of a boolean is false if no other is named.

            A duration is a number with a unit (`ms`, `s`, `m`, `h`, `d`), or several of them: `1h30m`. A time is RFC 3339.

            """);
        foreach (var part in Sections().Where(part => part.Kinds.Count > 1))
        {
            Section(page, part, "");
        }

        return page.ToString();
    }

    private IEnumerable<Part> Sections() => _parts.Values.Where(part => part.Users.Count > 1).OrderBy(part => NameOf(part.Type), StringComparer.Ordinal);

    private void Section(StringBuilder page, Part part, string shared)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {NameOf(part.Type)}\n\n{_docs.Of(part.Type)}\n\n");
        Table(page, part.Node, part.Class, part.IsSpec, shared, part.Type);
    }

    // The fields of a type; those of its base are named below the table.
    private void Table(StringBuilder page, SchemaNode owner, FieldClass? inherited, bool isSpec, string shared, Type? type = null)
    {
        page.Append("field | type | meaning\n---|---|---\n");
        Rows(page, owner, "", inherited, isSpec, shared, type ?? owner.Model!);
        var below = (type ?? owner.Model!).BaseType!;
        if (IsSection(below))
        {
            var names = owner.Properties.Where(field => field.DeclaredBy == below && !field.IsInternal).Select(field => $"`{field.Name}`");
            page.Append(CultureInfo.InvariantCulture, $"\nAlso the fields of {Link(below, shared)}: {string.Join(", ", names)}.\n");
        }
    }

    private void Rows(StringBuilder page, SchemaNode owner, string above, FieldClass? inherited, bool isSpec, string shared, Type type)
    {
        foreach (var field in owner.Properties.Where(field => !field.IsInternal && !IsElsewhere(field, type)))
        {
            var (path, value) = (above + field.Name, field.Items ?? field);
            var own = isSpec && field.Class is { } known && known != inherited ? $"; {Words.Of(known)}" : "";
            var typeOf = Words.TypeOf(field, isSpec, of => IsSection(of) ? Link(of, shared) : "object");
            page.Append(CultureInfo.InvariantCulture, $"`{path}`{(isSpec && field.Required ? "\\*" : "")} | {typeOf}{own} | {Cell(field.Description)}{DefaultOf(field)}\n");
            if (value.Model is { } model && !IsSection(model))
            {
                Rows(page, value, path + (field.Items is null ? "." : "[]."), field.Class, isSpec, shared, model);
            }
        }
    }

    // Of a base, only its own section shows the fields.
    private bool IsElsewhere(SchemaNode field, Type type) =>
        field.DeclaredBy != type && (IsSection(field.DeclaredBy!) || !field.DeclaredBy!.IsAssignableFrom(type));

    private bool IsSection(Type type) => _parts.TryGetValue(type, out var part) && part.Users.Count > 1;

    private string Link(Type type, string shared) => $"[{NameOf(type)}]({(_parts[type].Kinds.Count > 1 ? shared : "")}#{NameOf(type).ToLowerInvariant()})";

    // StoredPlan is what users know as the plan.
    private static string NameOf(Type type) => type.Name.Replace("Stored", "", StringComparison.Ordinal);

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string DefaultOf(SchemaNode node) => node.Applied switch
    {
        null or YamlMap or false => "",
        bool => " Default: `true`.",
        var value => $" Default: `{value}`.",
    };

    private sealed record Part(Type Type, SchemaNode Node, FieldClass? Class, bool IsSpec)
    {
        public HashSet<string> Users { get; } = [];

        public HashSet<string> Kinds { get; } = [];
    }
}
