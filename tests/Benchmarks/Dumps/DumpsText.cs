namespace Drydock.Benchmarks;

/// <summary>The section of docs/project/performance.md.</summary>
internal static class DumpsText
{
    private const double MiB = 1 << 20;

    public static string Render(DumpsResult result, DumpFlags flags)
    {
        var text = new StringBuilder();
        text.AppendLine(Line(
            $"One InnoDB database of {result.Bytes / MiB:0} MiB (data and indexes), {result.RawBytes / MiB:0} MiB as ",
            $"SQL, {result.StoredBytes / MiB:0} MiB stored; text, JSON, short rows and binary, with secondary ",
            $"indexes."));
        text.AppendLine("""
            MariaDB has a buffer pool of 1 GiB and no binary log. Server, tools, operator and API server share the
            processors. Database, dumps and scratch files are in memory, so that no disk is measured.
            The operator is a separate process. Its time runs from the creation of the BackupSnapshot or
            SnapshotRestore until a watch shows Succeeded. The plain tools get the flags of the operator's manifest
            and the same number of threads. "The same compressor" is .NET's GZipStream at its fastest level, as in the
            operator, used as a filter. After a warm-up the ways run in turns, forwards and backwards. Each run begins
            when the server has written all pages of the run before. Every run is listed; the ratios are those of the
            medians.
            """);
        text.AppendLine();
        text.AppendLine(Line(
            $"mysqldump `{string.Join(' ', flags.MySqlDump)}`; mydumper `{string.Join(' ', flags.MyDumper)} ",
            $"--threads={PlainTools.Threads}`."));
        Backups(text, result);
        Restores(text, result);
        Stages(text, result);
        Aims(text, result);
        Memory(text, result.Memory);
        return text.ToString();
    }

    private static void Backups(StringBuilder text, DumpsResult result)
    {
        text.AppendLine();
        text.AppendLine("| backup | runs | ratio | processor seconds: tools, operator, server |");
        text.AppendLine("|---|---|---|---|");
        foreach (var (tool, contest) in new[] { ("mysqldump", result.MySqlDump), ("mydumper", result.MyDumper) })
        {
            foreach (var way in new[] { DumpWays.SameCompressor, DumpWays.Operator, DumpWays.Gzip })
            {
                text.AppendLine(Line(
                    $"| {tool}: {way} | {Runs(contest, way)} | ",
                    $"{contest.Median(way) / contest.Median(DumpWays.SameCompressor):0.00} | ",
                    $"{Processor(contest, way)} |"));
            }
        }
    }

    private static void Restores(StringBuilder text, DumpsResult result)
    {
        text.AppendLine();
        text.AppendLine("| restore | runs | ratio | processor seconds: tools, operator, server |");
        text.AppendLine("|---|---|---|---|");
        foreach (var way in new[]
        {
            DumpWays.MySql, DumpWays.MySqlRaw, DumpWays.OperatorMySql, DumpWays.MyLoader, DumpWays.OperatorMyDumper
        })
        {
            text.AppendLine(Line(
                $"| {way} | {Runs(result.Restores, way)} | ",
                $"{result.Restores.Median(way) / result.Restores.Median(DumpWays.MySql):0.00} | ",
                $"{Processor(result.Restores, way)} |"));
        }
    }

    private static void Stages(StringBuilder text, DumpsResult result)
    {
        text.AppendLine();
        text.AppendLine("""
            The next table shows the stages of the operator as the status showed them (progress is written every two
            seconds). The plain tools do none of the following. A backup reads the stored files again, and compares
            them and the rows with the server (Verifying). A restore reads the whole snapshot before it drops anything
            (Verifying), and checks the server again (Pending). At the end it compares catalogue and row counts
            (Comparing).
            """);
        text.AppendLine();
        text.AppendLine("| operator | stages, median |");
        text.AppendLine("|---|---|");
        Row("backup by mysqldump", result.MySqlDump, DumpWays.Operator, "Dumping", "Verifying");
        Row("backup by mydumper", result.MyDumper, DumpWays.Operator, "Dumping", "Verifying");
        Row(
            "restore by one mysql", result.Restores, DumpWays.OperatorMySql, "Verifying", "Pending", "Dropping",
            "Loading", "Comparing");
        Row(
            "restore by several mysql", result.Restores, DumpWays.OperatorMyDumper, "Verifying", "Pending", "Dropping",
            "Loading", "Comparing");

        void Row(string what, DumpContest contest, string way, params string[] stages) => text.AppendLine(
            $"| {what} | {string.Join(", ", stages.Select(
                stage => Line($"{stage} {contest.Median(way, run => run.In(stage).TotalSeconds):0.0} s")))} |");
    }

    private static void Aims(StringBuilder text, DumpsResult result)
    {
        var (restores, mysql) = (result.Restores, result.Restores.Median(DumpWays.MySql));
        text.AppendLine();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        Aim(
            "backup by mysqldump, compared with the plain tool, the same compressor and sha256sum",
            result.MySqlDump.Median(DumpWays.Operator) / result.MySqlDump.Median(DumpWays.SameCompressor),
            "1.05 or less");
        Aim(
            "backup by mydumper, compared with the same",
            result.MyDumper.Median(DumpWays.Operator) / result.MyDumper.Median(DumpWays.SameCompressor),
            "1.05 or less");
        Aim(
            "restore by one mysql, all stages, compared with sha256sum, decompress and `mysql`",
            restores.Median(DumpWays.OperatorMySql) / mysql,
            "1.05 or less");
        Aim("the same without Verifying and Comparing", Bare(DumpWays.OperatorMySql) / mysql, "");
        Aim(
            "restore by several mysql, all stages, compared with `mysql <` the uncompressed SQL",
            restores.Median(DumpWays.OperatorMyDumper) / restores.Median(DumpWays.MySqlRaw),
            "0.75 or less");
        Aim(
            "the same without Verifying and Comparing",
            Bare(DumpWays.OperatorMyDumper) / restores.Median(DumpWays.MySqlRaw), "");

        double Bare(string way) =>
            restores.Median(way, static run => (run.Time - run.In("Verifying") - run.In("Comparing")).TotalSeconds);

        void Aim(string what, double ratio, string aim) => text.AppendLine(Line($"| {what} | {ratio:0.00} | {aim} |"));
    }

    private static void Memory(StringBuilder text, IReadOnlyList<DumpMemory> sizes)
    {
        text.AppendLine();
        text.AppendLine("""
            Resident memory of the operator in MiB: the kernel's high-water mark, reset before each run. In brackets:
            the highest sampled memory of its children (the tools) together.
            """);
        text.AppendLine();
        text.AppendLine(
            $"| operator | {string.Join(" | ", sizes.Select(s => Line($"database of {s.Bytes / MiB:0} MiB")))} |");
        text.AppendLine($"|---|{string.Concat(sizes.Select(_ => "---|"))}");
        text.AppendLine($"| at rest, before | {string.Join(" | ", sizes.Select(s => Line($"{s.Rest:0}")))} |");
        foreach (var what in sizes[0].Runs.Select(x => x.What))
        {
            text.AppendLine($"| {what} | {string.Join(" | ", sizes.Select(s => Peak(s, what)))} |");
        }

        text.AppendLine($"| at rest, after | {string.Join(" | ", sizes.Select(s => Line($"{s.After:0}")))} |");
    }

    private static string Peak(DumpMemory memory, string what)
    {
        var runs = memory.Runs.First(x => x.What == what).Runs;
        return Line($"{runs.Max(r => r.Memory):0} ({runs.Max(r => r.ChildrenMemory):0})");
    }

    private static string Runs(DumpContest contest, string way) =>
        string.Join(", ", contest.Of(way).Select(r => Line($"{r.Time.TotalSeconds:0.0}"))) + " s";

    private static string Processor(DumpContest contest, string way) =>
        Line(
            $"{contest.Median(way, static r => r.Tools):0.0}, {contest.Median(way, static r => r.Operator):0.0}, ",
            $"{contest.Median(way, static r => r.Server):0.0}");

    private static string Line(params FormattableString[] parts) =>
        string.Concat(parts.Select(FormattableString.Invariant));
}
