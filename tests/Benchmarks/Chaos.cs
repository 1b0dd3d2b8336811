using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drydock.Lab;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Covers every kill point of the golden run within a budget, goes on where the last run stopped, and keeps the ledger in docs/reliability.md.
/// Points are known by side and number; a golden run with another number of acts begins a new ledger.
/// </summary>
internal sealed partial class Chaos(TimeSpan budget)
{
    private static readonly string Ledger = Checkout.Docs("reliability.md");

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions { Checkout = Checkout.Root, OperatorAssembly = Checkout.OperatorAssembly, Faults = true }, cancellationToken: cancellationToken);
        var campaign = new KillCampaign(stage);
        var golden = await campaign.GoldenAsync(cancellationToken);
        var rows = Read(golden.Acts.Count);
        var open = golden.Points.Where(p => !rows.ContainsKey((p.Number, p.Side))).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{golden.Acts.Count} acts, {golden.Points.Count()} points, {open.Count} to cover, {budget.TotalMinutes:0} minutes"));
        foreach (var (number, side) in open)
        {
            if (watch.Elapsed > budget || cancellationToken.IsCancellationRequested)
            {
                break;
            }

            var outcome = await campaign.KillAtAsync(number, side, golden, cancellationToken);
            rows[(number, side)] = Row(outcome);
            Console.WriteLine($"{watch.Elapsed:hh\\:mm\\:ss} {rows[(number, side)]}");
            if (!outcome.IsGood)
            {
                Console.WriteLine(outcome.Difference);
            }

            await WriteAsync(golden, rows, cancellationToken);
        }

        await WriteAsync(golden, rows, cancellationToken);
        return rows.Values.Any(r => r.Contains("| BAD |", StringComparison.Ordinal)) ? 1 : 0;
    }

    private static string Row(KillOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {outcome.Number} | {outcome.Side} | {(outcome.IsGood ? outcome.Struck is null ? "not reached" : "golden" : "BAD")} | {Describe(outcome.Struck)} |");

    // Ids differ from run to run and would make every ledger differ.
    private static string Describe(FaultPoint? point) =>
        point is null ? "" : Ids().Replace($"{point.Act.Proxy} {point.Act.Verb} {point.Act.Target}", "…").Replace("|", "\\|", StringComparison.Ordinal);

    private static SortedDictionary<(int Number, FaultSide Side), string> Read(int acts)
    {
        var rows = new SortedDictionary<(int, FaultSide), string>();
        if (!File.Exists(Ledger) || !File.ReadAllText(Ledger).Contains(string.Create(CultureInfo.InvariantCulture, $"{acts} acts"), StringComparison.Ordinal))
        {
            return rows;
        }

        foreach (var line in File.ReadLines(Ledger))
        {
            var match = LedgerRow().Match(line);
            if (match.Success && match.Groups["what"].Value != "BAD")
            {
                rows[(int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), Enum.Parse<FaultSide>(match.Groups["side"].Value))] = line;
            }
        }

        return rows;
    }

    private static async Task WriteAsync(GoldenRun golden, SortedDictionary<(int Number, FaultSide Side), string> rows, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var bad = rows.Values.Count(r => r.Contains("| BAD |", StringComparison.Ordinal));
        text.AppendLine("# Reliability");
        text.AppendLine();
        text.AppendLine("Written by `make chaos`. The golden run upgrades two nodes from 3.2.2 to 4.2.2 on real parts. At every point (before and after each of its writes and acts) the operator is killed with SIGKILL, another one is started, and the end state and the counts of run-once actions (correction JAR, docker_init.sh, container create and start, snapshot) are compared with the undisturbed run.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"- {golden.Acts.Count} acts, {golden.Points.Count()} points, {rows.Count} covered, {rows.Count - bad} good, {bad} bad; last run {TimeProvider.System.GetUtcNow():yyyy-MM-dd}");
        text.AppendLine("- \"not reached\": that run came to its end with fewer acts (parallel steps share status writes), so there was nothing to strike; its end was compared all the same.");
        text.AppendLine();
        text.AppendLine("| act | side | end | what was struck |");
        text.AppendLine("|---|---|---|---|");
        foreach (var row in rows.Values)
        {
            text.AppendLine(row);
        }

        await File.WriteAllTextAsync(Ledger, text.ToString(), cancellationToken);
    }

    [GeneratedRegex(@"^\| (?<number>[0-9]+) \| (?<side>Before|After) \| (?<what>[A-Za-z ]+) \|", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LedgerRow();

    [GeneratedRegex("[0-9a-f]{12,64}|oms-[a-z0-9]{6}(?=/)|(?<=-)[0-9a-f]{8}(?=[-/.\\s]|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ids();
}
