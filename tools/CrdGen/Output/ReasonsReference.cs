using System.Globalization;
using System.Reflection;
using System.Text;
using Drydock.CrdGen.Model;
using Drydock.Crds.Common;

namespace Drydock.CrdGen.Output;

/// <summary>Writes the reference page of conditions and reasons.</summary>
public static class ReasonsReference
{
    /// <summary>The page, in Markdown.</summary>
    public static string Of(XmlDocs docs)
    {
        ArgumentNullException.ThrowIfNull(docs);
        var page = new StringBuilder($"<!-- {Generator.Notice} -->\n# Conditions and reasons\n\n");
        page.Append("Clients treat a condition, phase or reason that they do not know as in progress.\n\n## Conditions\n\n| condition | what it says |\n|---|---|\n");
        foreach (var field in Constants(typeof(ConditionTypes)))
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{field.GetRawConstantValue()}` | {docs.Of(field)} |\n");
        }

        foreach (var field in Constants(typeof(Reasons)))
        {
            if (field.GetCustomAttribute<ReasonGroupAttribute>() is { } group)
            {
                page.Append(CultureInfo.InvariantCulture, $"\n## {group.Title}\n\n| reason | what it means and what to do |\n|---|---|\n");
            }

            page.Append(CultureInfo.InvariantCulture, $"| `{field.GetRawConstantValue()}` | {docs.Of(field)} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).OrderBy(field => field.MetadataToken);
}
