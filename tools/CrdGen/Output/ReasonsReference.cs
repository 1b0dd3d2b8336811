using System.Globalization;
using System.Reflection;
using System.Text;
using Drydock.CrdGen.Model;
using Drydock.Crds.Common;

namespace Drydock.CrdGen.Output;

/// <summary>Writes the reference page of conditions and reasons.</summary>
internal static class ReasonsReference
{
    public static string Of(XmlDocs docs)
    {
        var page = new StringBuilder($"<!-- {Generator.Notice} -->\n# Conditions and reasons\n\n");
        page.Append("For people and programs that read `status`. Reasons and condition types never change their meaning; messages may change.\nTreat an unknown condition, phase or reason as in progress.\n\n## Conditions\n\n| condition | what it means |\n|---|---|\n");
        foreach (var field in Constants(typeof(ConditionTypes)))
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{field.GetRawConstantValue()}` | {docs.Of(field)} |\n");
        }

        foreach (var group in Groups())
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {group.Key.Title}\n\n| reason | what it means and what to do |\n|---|---|\n");
            foreach (var field in group)
            {
                page.Append(CultureInfo.InvariantCulture, $"| `{field.GetRawConstantValue()}` | {docs.Of(field)} |\n");
            }
        }

        return page.ToString();
    }

    // A group begins at the reason that names it and ends at the next one.
    private static IEnumerable<IGrouping<ReasonGroupAttribute, FieldInfo>> Groups()
    {
        ReasonGroupAttribute? group = null;
        return Constants(typeof(Reasons))
            .Select(field => (Group: group = field.GetCustomAttribute<ReasonGroupAttribute>() ?? group!, Field: field))
            .ToList()
            .GroupBy(f => f.Group, f => f.Field)
            .OrderBy(g => g.Key.Order);
    }

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).OrderBy(field => field.MetadataToken);
}
