using System.Globalization;
using System.Text;

namespace Drydock.Tests;

/// <summary>One case of <c>make chaos</c> and how it ended: a row of docs/project/reliability/ledger.csv.</summary>
/// <param name="Scenario">The scenario and its job, for instance <c>ee-322-422 Upgrade</c>.</param>
/// <param name="Accident">The accident; <c>kill</c> for a SIGKILL of the operator.</param>
/// <param name="Moment">When the accident struck.</param>
/// <param name="Plan">The shape of the plan that ran, 8 hex digits; empty in rows from before it was recorded.</param>
/// <param name="Measured">The day of the run, in UTC.</param>
/// <param name="End">One of <see cref="Golden"/>, <see cref="NotReached"/> and <see cref="Bad"/>.</param>
/// <param name="Way">Stops, repairs and end of the run.</param>
internal sealed record LedgerRow(
    string Scenario, string Accident, string Moment, string Plan, DateOnly Measured, string End, string Way)
{
    public const string Golden = "golden";
    public const string NotReached = "golden, not reached";
    public const string Bad = "BAD";

    /// <summary>The name of the case. Each case has one row.</summary>
    public string Id => $"{Scenario}: {Accident} @ {Moment}";

    public bool IsBad => End == Bad;

    public bool IsKill => Accident == "kill";

    /// <summary>
    /// Whether the row speaks of this plan. A row of another plan says nothing about the steps of this one, even where
    /// the names of accident and moment are the same.
    /// </summary>
    public bool IsOf(string plan) => Plan.Length > 0 && Plan == plan;

    public override string ToString() => $"{Id}: {End}. {Way}";
}

/// <summary>
/// Reads and writes docs/project/reliability/ledger.csv (RFC 4180, with a header line, sorted by the names of the
/// cases).
/// </summary>
internal static class ReliabilityLedger
{
    private static readonly string[] Header = ["scenario", "accident", "moment", "plan", "measured", "end", "way"];

    private const string DayFormat = "yyyy-MM-dd";

    public static string FilePath { get; } = Repository.PathOf("docs", "project", "reliability", "ledger.csv");

    /// <exception cref="InvalidDataException">The text has another header, or a row with another number of fields or
    /// without a day.</exception>
    public static IReadOnlyList<LedgerRow> Read(string text)
    {
        var records = Records(text);
        if (records.Count == 0 || !records[0].SequenceEqual(Header))
        {
            throw new InvalidDataException($"The first line of a ledger must be '{string.Join(',', Header)}'.");
        }

        return [.. records.Skip(1).Select((r, i) => r.Count == Header.Length
            ? new LedgerRow(r[0], r[1], r[2], r[3], Day(r[4], i + 1), r[5], r[6])
            : throw new InvalidDataException(
                $"Row {i + 1} of the ledger has {r.Count} fields instead of {Header.Length}."))];
    }

    public static string Write(IEnumerable<LedgerRow> rows)
    {
        var text = new StringBuilder(string.Join(',', Header)).Append('\n');
        foreach (var row in rows.OrderBy(row => row.Id, StringComparer.Ordinal))
        {
            string[] fields =
            [
                row.Scenario, row.Accident, row.Moment, row.Plan,
                row.Measured.ToString(DayFormat, CultureInfo.InvariantCulture), row.End, row.Way,
            ];
            text.AppendJoin(',', fields.Select(Quoted)).Append('\n');
        }

        return text.ToString();
    }

    private static DateOnly Day(string text, int row) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw new InvalidDataException(
                $"Row {row} of the ledger was measured on '{text}', which is no day like 2026-11-22.");

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? field
        : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static List<List<string>> Records(string text)
    {
        var records = new List<List<string>>();
        var fields = new List<string>();
        var field = new StringBuilder();
        var inQuotes = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (inQuotes)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    inQuotes = false;
                }
            }
            else if (c == '"')
            {
                inQuotes = true;
            }
            else if (c is ',' or '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    records.Add(fields);
                    fields = [];
                }
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        if (inQuotes || field.Length > 0 || fields.Count > 0)
        {
            throw new InvalidDataException("The ledger ends in the middle of a row.");
        }

        return records;
    }
}
