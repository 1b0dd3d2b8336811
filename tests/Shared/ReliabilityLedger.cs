using System.Text;

namespace Drydock.Tests;

/// <summary>One case of <c>make chaos</c> and how it ended: a row of docs/reliability/ledger.csv.</summary>
/// <param name="Scenario">The scenario and its job, for instance <c>ee-322-422 Upgrade</c>.</param>
/// <param name="Accident">The accident; <c>kill</c> for a SIGKILL of the operator.</param>
/// <param name="Moment">When the accident struck.</param>
/// <param name="End">One of <see cref="Golden"/>, <see cref="NotReached"/> and <see cref="Bad"/>.</param>
/// <param name="Way">Stops, repairs and end of the run.</param>
internal sealed record LedgerRow(string Scenario, string Accident, string Moment, string End, string Way)
{
    public const string Golden = "golden";
    public const string NotReached = "golden, not reached";
    public const string Bad = "BAD";

    /// <summary>The name of the case. Each case has one row.</summary>
    public string Id => $"{Scenario}: {Accident} @ {Moment}";

    public bool IsBad => End == Bad;

    public bool IsKill => Accident == "kill";

    public override string ToString() => $"{Id}: {End}. {Way}";
}

/// <summary>
/// Reads and writes docs/reliability/ledger.csv (RFC 4180, with a header line, sorted by the names of the cases).
/// </summary>
internal static class ReliabilityLedger
{
    private static readonly string[] Header = ["scenario", "accident", "moment", "end", "way"];

    public static string FilePath { get; } = Repository.PathOf("docs", "reliability", "ledger.csv");

    /// <exception cref="InvalidDataException">The text has another header, or a row without five fields.</exception>
    public static IReadOnlyList<LedgerRow> Read(string text)
    {
        var records = Records(text);
        if (records.Count == 0 || !records[0].SequenceEqual(Header))
        {
            throw new InvalidDataException($"The first line of a ledger must be '{string.Join(',', Header)}'.");
        }

        return [.. records.Skip(1).Select((r, i) => r.Count == Header.Length
            ? new LedgerRow(r[0], r[1], r[2], r[3], r[4])
            : throw new InvalidDataException($"Row {i + 1} of the ledger has {r.Count} fields instead of {Header.Length}."))];
    }

    public static string Write(IEnumerable<LedgerRow> rows)
    {
        var text = new StringBuilder(string.Join(',', Header)).Append('\n');
        foreach (var row in rows.OrderBy(row => row.Id, StringComparer.Ordinal))
        {
            string[] fields = [row.Scenario, row.Accident, row.Moment, row.End, row.Way];
            text.AppendJoin(',', fields.Select(Quoted)).Append('\n');
        }

        return text.ToString();
    }

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
