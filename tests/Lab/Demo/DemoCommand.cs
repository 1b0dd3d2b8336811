using System.CommandLine;
using Drydock.Crds.OmsUpgrades;
using Drydock.Lab.Commands;
using Spectre.Console;
using RunPhases = Drydock.Crds.Common.RunPhases;

namespace Drydock.Lab.Demo;

/// <summary>
/// <c>lab demo</c> shows the main job, or with <c>--play</c> stops at its plan; <c>lab demo-break</c> breaks the OMS of
/// the demo, and <c>--mend</c> repairs it. The lab stays up afterwards; <c>lab down</c> removes it completely.
/// </summary>
internal static class DemoCommand
{
    public static Command Create(Func<ParseResult, LabBackground> background)
    {
        var assembly = new Option<FileInfo>("--operator") { Description = "Drydock.Operator.dll.", Required = true };
        var plugin = new Option<FileInfo>("--plugin") { Description = "kubectl-drydock.dll.", Required = true };
        var play = new Option<bool>("--play") { Description = "Stop at the plan." };
        var command = new Command("demo", "Upgrades an OMS from 3.2.2 to 4.2.2 on real parts and shows it.")
        {
            assembly, plugin, play
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            background(parse), parse.GetValue(assembly)!.FullName, parse.GetValue(plugin)!.FullName,
            parse.GetValue(play), cancellationToken));
        return command;
    }

    public static Command CreateBreak(Func<ParseResult, LabBackground> background)
    {
        var mend = new Option<bool>("--mend") { Description = "Repair what demo-break broke." };
        var command = new Command("demo-break", "Breaks the OMS of the demo: docker_init.sh fails.") { mend };
        command.SetAction(
            (parse, cancellationToken) => BreakAsync(background(parse), parse.GetValue(mend), cancellationToken));
        return command;
    }

    private static async Task<int> BreakAsync(LabBackground background, bool mend, CancellationToken cancellationToken)
    {
        if (background.Current() is not { ControlPlane: not null } lab)
        {
            throw new LabException("No demo is up. Start one: make demo-play");
        }

        var stage = new DemoStage(lab, Path.GetDirectoryName(background.Folder)!, "");
        var oms = await stage.OmsAsync(cancellationToken);
        await oms.SetKnobsAsync(mend ? new OmsKnobs() : new OmsKnobs { Init = new OmsFault("fail") });
        AnsiConsole.WriteLine(mend
            ? "docker_init.sh works again."
            : "docker_init.sh will fail on every node: the upgrade stops while OMS is down.");
        if (!mend)
        {
            DemoNext.Print("when it has stopped", DemoNext.AfterBreak(stage));
        }

        return 0;
    }

    private static async Task<int> RunAsync(
        LabBackground background, string operatorAssembly, string plugin, bool play,
        CancellationToken cancellationToken)
    {
        var checkout = Path.GetDirectoryName(background.Folder)!;
        DemoRun.Widen();
        var lab = await DemoRun.StepAsync(
            "apiserver, etcd, two Docker hosts, MariaDB", () => DemoRun.LabAsync(
                background, database: null, ["--host", "oms-a", "--host", "oms-b"], cancellationToken));
        var stage = new DemoStage(lab, checkout, operatorAssembly);
        var oms = await DemoRun.StepAsync("OMS 3.2.2 on both hosts", () => stage.SeedAsync(cancellationToken));
        await DemoRun.StepAsync("CRDs, RBAC, Secrets", stage.InstallAsync);
        await DemoRun.StepAsync("operator", () => stage.StartOperatorAsync(cancellationToken));
        await stage.WriteToolsAsync(plugin);
        AnsiConsole.MarkupLine("[bold]kubectl apply -k[/] (the sample of config/samples with this lab's addresses)");
        var watch = Stopwatch.StartNew();
        await stage.ApplySampleAsync(play ? "Manual" : "Automatic");
        var upgrade = await DemoRun.FollowAsync<OmsUpgrade>(
            stage.Admin, DemoStage.Namespace, DemoStage.Upgrade, x => x.Status,
            x => [("downtime", Downtime(x.Status?.Times))], watch, cancellationToken);
        var elapsed = watch.Elapsed;
        if (play && upgrade.Status?.Phase == RunPhases.Planned)
        {
            DemoNext.Print("what to try next", DemoNext.AtPlan(stage));
            return 0;
        }

        if (upgrade.Status?.Phase != RunPhases.Succeeded)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{upgrade.Status?.Phase}: {upgrade.Status?.Message}[/]");
            return 1;
        }

        await DemoReport.PrintAsync(stage, oms, upgrade, elapsed);
        DemoNext.Print("what to try next", DemoNext.AfterUpgrade(stage));
        return 0;
    }

    private static string Downtime(UpgradeTimes? times) => times?.T1 is not { } t1
        ? "none so far"
        : times.T2 is { } t2
            ? $"[green]{DemoView.Seconds(t2 - t1)}[/], over"
            : $"[yellow]{DemoView.Seconds(TimeProvider.System.GetUtcNow() - t1)}[/] so far";
}
