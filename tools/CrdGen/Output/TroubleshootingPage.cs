using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Drydock.CrdGen.Model;
using Drydock.Crds.Common;

namespace Drydock.CrdGen.Output;

/// <summary>Writes the list of all reasons from A to Z, each with a link to its section of
/// docs/how-to/if-it-stops.md.</summary>
internal static partial class TroubleshootingPage
{
    private const string Head =
        """
        # Troubleshooting: reasons from A to Z

        For administrators who have a reason and want to know what to do. The reason is the word in the column REASON of `kubectl get`, in `status.conditions`, `status.findings` and `status.actionRequired`, and in Events. Each link leads to the section that says what to do. What to do first: [if-it-stops.md](../how-to/if-it-stops.md#the-first-minute).

        Print every reason that an object has now:

        ```
        kubectl -n oms get omsu oms-322-to-422 -o jsonpath='{range .status.conditions[?(@.status=="True")]}{.type}{"\t"}{.reason}{"\n"}{end}{range .status.findings[*]}finding{"\t"}{.reason}{"\n"}{end}{range .status.actionRequired[*]}to do{"\t"}{.reason}{"\n"}{end}'
        ```


        """;

    public static string Of(XmlDocs docs)
    {
        var letters = typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .OrderBy(field => field.Name, StringComparer.Ordinal)
            .GroupBy(field => field.Name[0])
            .ToList();
        var page = new StringBuilder($"<!-- {Generator.Notice} -->\n").Append(Head);
        page.AppendJoin(" ", letters.Select(l => $"[{l.Key}](#{char.ToLowerInvariant(l.Key)})")).Append('\n');
        foreach (var letter in letters)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {letter.Key}\n\n| reason | what it means |\n|---|---|\n");
            foreach (var field in letter)
            {
                var anchor = field.Name.ToLowerInvariant();
                var meaning = FirstSentence().Match(docs.Of(field)).Value;
                page.Append(CultureInfo.InvariantCulture, $"| [`{field.Name}`](../how-to/if-it-stops.md#{anchor}) | {meaning} |\n");
            }
        }

        return page.ToString();
    }

    // A sentence begins with a capital letter; names of fields have dots too.
    [GeneratedRegex(@"\A.*?(?:\.(?= [A-Z])|\z)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FirstSentence();
}
