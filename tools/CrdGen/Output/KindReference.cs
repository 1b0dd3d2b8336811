using System.Globalization;
using System.Text;
using Drydock.CrdGen.Model;

namespace Drydock.CrdGen.Output;

/// <summary>Writes the reference page of a kind: every field with class, default and unit, every rule.</summary>
internal static class KindReference
{
    public static string Of(KindModel kind)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!-- {Generator.Notice} -->\n# {kind.Entity.Kind}\n\n{kind.Description}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"`{kind.Entity.Group}/{kind.Entity.ApiVersion}`, namespaced. ");
        page.Append(CultureInfo.InvariantCulture, $"`kubectl get {kind.Entity.PluralName}`, short {string.Join(", ", kind.ShortNames.Select(name => $"`{name}`"))}");
        page.Append(CultureInfo.InvariantCulture, $"; together with the other kinds: {string.Join(", ", kind.Categories.Select(name => $"`kubectl get {name}`"))}.\n\n");
        page.Append("""
            Classes of spec fields:
            - **identity**: what is done to which target. It must not change while the work is under way. The message of
              the refusal says what to do.
            - **access**: how the operator reaches its targets. You can change it at any time; the next action uses it.
            - **timing**: how long the operator waits. You can change it at any time; connections are kept.
            - **control**: what you want of the run now. You can change it at any time.

            A duration is a number with a unit, or several of them: `90s`, `10m`, `1h30m`.


            """.ReplaceLineEndings("\n"));

        page.Append("## Spec\n\n| field | type | class | default | unit | what it is |\n|---|---|---|---|---|---|\n");
        foreach (var (path, node) in Fields(kind.Spec))
        {
            var standard = node.Required ? "**required**" : DefaultOf(node);
            var fieldClass = node.Class is { } value ? Words.Of(value) : "";
            page.Append(CultureInfo.InvariantCulture, $"| `{path}` | {Words.TypeOf(node)} | {fieldClass} | {standard} | {Words.UnitOf(node)} | {Cell(node.Description)} |\n");
        }

        page.Append("\n## Status\n\n| field | type | unit | what it is |\n|---|---|---|---|\n");
        foreach (var (path, node) in Fields(kind.Status))
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{path}` | {Words.TypeOf(node)} | {Words.UnitOf(node)} | {Cell(node.Description)} |\n");
        }

        Rules(page, kind);
        page.Append("\n## Columns of kubectl get\n\n| column | shown | what it is |\n|---|---|---|\n");
        foreach (var column in kind.Columns)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {column.Name} | {(column.Priority == 0 ? "always" : "`-o wide`")} | {Cell(column.Description)} |\n");
        }

        return page.ToString();
    }

    private static void Rules(StringBuilder page, KindModel kind)
    {
        page.Append("""

            ## What the server refuses

            API servers from 1.25 on check these rules when an object is written. On older servers the operator checks
            them and reports the same messages in `status`. Every server checks patterns and bounds of single fields.


            """.ReplaceLineEndings("\n"));
        foreach (var (path, node) in kind.Spec.Walk("spec"))
        {
            foreach (var rule in node.Rules)
            {
                page.Append(CultureInfo.InvariantCulture, $"- `{path}`: {rule.Message}\n");
            }
        }

        foreach (var rule in kind.Rules)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {rule.Message}\n");
        }
    }

    private static IEnumerable<(string Path, SchemaNode Node)> Fields(SchemaNode root) =>
        root.Walk().Where(field => field.Node.Name.Length > 0 && field.Path.Length > 0);

    private static string DefaultOf(SchemaNode node) => node.Default switch
    {
        null => "",
        YamlMap => "its fields' defaults",
        bool flag => flag ? "`true`" : "`false`",
        var value => $"`{value}`",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
