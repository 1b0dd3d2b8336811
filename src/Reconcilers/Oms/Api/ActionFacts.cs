using System.Globalization;
using System.Text;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Action items as one fact of a step, one line each, up to the length limit of a fact. The last line counts those that
/// did not fit. Pure.
/// </summary>
internal static class ActionFacts
{
    private const int Longest = SchemaLimits.Opaque - 1024;
    private const int LongestMessage = 1000;

    public static string Write(IReadOnlyList<ActionItem> items)
    {
        var text = new StringBuilder();
        for (var i = 0; i < items.Count; i++)
        {
            var message = SchemaLimits.Clip(Flat(items[i].Message), LongestMessage);
            var line = $"{Flat(items[i].Reason)}\t{Flat(items[i].Subject)}\t{message}\n";
            if (text.Length + line.Length > Longest)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{Reasons.ReviewProject}\t\t{items.Count - i} more projects must be checked. "
                        + $"Compare the console's list with status.projects.\n");
                break;
            }

            text.Append(line);
        }

        return text.ToString();
    }

    public static IReadOnlyList<ActionItem> Read(string? text) =>
    [
        .. (text ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Where(parts => parts.Length == 3)
            .Select(parts => new ActionItem { Reason = parts[0], Subject = parts[1], Message = parts[2] }),
    ];

    private static string Flat(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
}
