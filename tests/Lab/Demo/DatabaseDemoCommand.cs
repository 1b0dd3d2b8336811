using System.CommandLine;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Lab.Commands;
using Drydock.Lab.Databases;
using Spectre.Console;
using RunPhases = Drydock.Crds.Common.RunPhases;

namespace Drydock.Lab.Demo;

/// <summary>
/// <c>lab demo-database</c>: shows a rolling upgrade of a database on three hosts while a client reads and writes. The
/// lab stays up afterwards.
/// </summary>
internal static class DatabaseDemoCommand
{
    public static Command Create(Func<ParseResult, LabBackground> background)
    {
        var assembly = new Option<FileInfo>("--operator") { Description = "Drydock.Operator.dll.", Required = true };
        var scenario = new Argument<string>("scenario") { Description = "tidb or bmdb." };
        scenario.AcceptOnlyFromAmong([.. DatabaseOwner.Names]);
        var command = new Command(
            "demo-database", "Upgrades a TiDB (2.1 to 3.0) or BMDB (2.16 to 2.18) cluster on three hosts and shows it.")
        {
            scenario, assembly
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            background(parse), parse.GetRequiredValue(scenario), parse.GetRequiredValue(assembly).FullName,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        LabBackground background, string scenario, string operatorAssembly, CancellationToken cancellationToken)
    {
        DemoRun.Widen();
        var lab = await DemoRun.StepAsync(
            $"apiserver, etcd, three hosts with sshd, the {scenario} cluster on them, a client that reads and writes",
            () => DemoRun.LabAsync(
                background, scenario, ["--no-hosts", "--no-metadb", "--database", scenario], cancellationToken));
        var stage = new DatabaseDemoStage(lab, Path.GetDirectoryName(background.Folder)!, operatorAssembly);
        await DemoRun.StepAsync("CRDs, RBAC, Secrets", stage.InstallAsync);
        await DemoRun.StepAsync("operator", () => stage.StartOperatorAsync(cancellationToken));
        var (database, plane) = (stage.Database, lab.ControlPlane!);
        var watching = $"{plane.Kubectl} --kubeconfig {plane.Kubeconfig} -n {DatabaseState.Namespace} get dru -w";
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]kubectl apply -f {database.ManifestPath}[/]; [bold]{watching}[/] shows the same");
        var directory = new StandinDirectory(database.Directory);
        var watch = Stopwatch.StartNew();
        await stage.ApplyManifestAsync();
        var upgrade = await DemoRun.FollowAsync<DatabaseRollingUpgrade>(
            stage.Admin, DatabaseState.Namespace, database.Upgrade, x => x.Status, x => More(x, directory), watch,
            cancellationToken);
        var elapsed = watch.Elapsed;
        if (upgrade.Status?.Phase != RunPhases.Succeeded)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{upgrade.Status?.Phase}: {upgrade.Status?.Message}[/]");
            foreach (var finding in upgrade.Status?.Findings ?? [])
            {
                AnsiConsole.MarkupLineInterpolated($"[red]- {finding.Reason}[/] {finding.Message}");
            }

            return 1;
        }

        await DatabaseDemoReport.PrintAsync(stage, directory, upgrade, elapsed);
        AnsiConsole.MarkupInterpolated(
            $"The lab stays up; [bold]make demo-{scenario}[/] again begins with a fresh cluster, ");
        AnsiConsole.MarkupLineInterpolated($"[bold]make demo-down[/] removes every trace.");
        return 0;
    }

    private static IEnumerable<(string Name, string Markup)> More(
        DatabaseRollingUpgrade upgrade, StandinDirectory directory)
    {
        var instances = upgrade.Status?.Instances ?? [];
        yield return ("processes", string.Create(
            CultureInfo.InvariantCulture,
            $"{instances.Count(i => i.Version == upgrade.Spec.ToVersion)} of {upgrade.Spec.Instances.Count} on "
            + $"{Markup.Escape(upgrade.Spec.ToVersion)}"));
        yield return ("requests", Requests(directory));
    }

    private static string Requests(StandinDirectory directory)
    {
        var seconds = directory.Client();
        var failed = seconds.Sum(s => s.Failed);
        var counts = string.Create(
            CultureInfo.InvariantCulture,
            $"{seconds.Sum(s => s.Ok)} served, {seconds.Sum(s => s.Retried)} of them handed over");
        return failed == 0
            ? $"[green]{counts}, none failed[/]"
            : string.Create(CultureInfo.InvariantCulture, $"[red]{counts}, {failed} failed[/]");
    }
}
