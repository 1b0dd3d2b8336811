using System.CommandLine;
using System.Diagnostics;
using Drydock.Crds.OmsUpgrades;
using Drydock.Lab.Commands;
using Spectre.Console;
using RunPhases = Drydock.Crds.Common.RunPhases;

namespace Drydock.Lab.Demo;

/// <summary>
/// <c>lab demo</c>: shows the main job. The lab stays up afterwards; <c>lab down</c> removes it completely.
/// </summary>
internal static class DemoCommand
{
    public static Command Create(Func<ParseResult, LabBackground> background)
    {
        var assembly = new Option<FileInfo>("--operator") { Description = "Drydock.Operator.dll.", Required = true };
        var command = new Command("demo", "Upgrades an OMS from 3.2.2 to 4.2.2 on real parts and shows it.") { assembly };
        command.SetAction((parse, cancellationToken) => RunAsync(background(parse), parse.GetValue(assembly)!.FullName, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        LabBackground background, string operatorAssembly, CancellationToken cancellationToken)
    {
        var checkout = Path.GetDirectoryName(background.Folder)!;
        DemoRun.Widen();
        var lab = await DemoRun.StepAsync(
            "apiserver, etcd, two Docker hosts, MariaDB", () => DemoRun.LabAsync(background, database: null, ["--host", "oms-a", "--host", "oms-b"], cancellationToken));
        var stage = new DemoStage(lab, checkout, operatorAssembly);
        var oms = await DemoRun.StepAsync("OMS 3.2.2 on both hosts", () => stage.SeedAsync(cancellationToken));
        await DemoRun.StepAsync("CRDs, RBAC, Secrets", stage.InstallAsync);
        await DemoRun.StepAsync("operator", () => stage.StartOperatorAsync(cancellationToken));
        AnsiConsole.MarkupLineInterpolated($"[bold]kubectl apply -k[/] (config/samples with this lab's addresses and mode: Apply); [bold]{lab.ControlPlane!.Kubectl} --kubeconfig {lab.ControlPlane.Kubeconfig} -n {DemoStage.Namespace} get omsu -w[/] shows the same");
        var watch = Stopwatch.StartNew();
        await stage.ApplySampleAsync();
        var upgrade = await DemoRun.FollowAsync<OmsUpgrade>(
            stage.Admin, DemoStage.Namespace, DemoStage.Upgrade, x => x.Status, x => [("downtime", Downtime(x.Status?.Times))], watch, cancellationToken);
        var elapsed = watch.Elapsed;
        if (upgrade.Status?.Phase != RunPhases.Succeeded)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{upgrade.Status?.Phase}: {upgrade.Status?.Message}[/]");
            return 1;
        }

        await DemoReport.PrintAsync(stage, oms, upgrade, elapsed);
        AnsiConsole.MarkupLine("The lab stays up; [bold]make demo[/] again resets it, [bold]make demo-down[/] removes every trace.");
        return 0;
    }

    private static string Downtime(UpgradeTimes? times) => times?.T1 is not { } t1
        ? "none so far"
        : times.T2 is { } t2 ? $"[green]{DemoView.Seconds(t2 - t1)}[/], over" : $"[yellow]{DemoView.Seconds(TimeProvider.System.GetUtcNow() - t1)}[/] so far";
}
