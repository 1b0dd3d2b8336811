using System.CommandLine;
using System.Diagnostics;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.OmsUpgrades;
using Drydock.Lab.Commands;
using Drydock.Lab.Oms;
using Spectre.Console;

namespace Drydock.Lab.Demo;

/// <summary><c>lab demo</c>: the main job, watched. The lab stays up afterwards; <c>lab down</c> removes every trace.</summary>
internal static class DemoCommand
{
    public static Command Create(Func<ParseResult, LabBackground> background)
    {
        var assembly = new Option<FileInfo>("--operator") { Description = "Drydock.Operator.dll.", Required = true };
        var command = new Command("demo", "Upgrades an OMS from 3.2.2 to 4.2.2 on real parts and shows it.") { assembly };
        command.SetAction((parse, cancellationToken) => RunAsync(background(parse), parse.GetValue(assembly)!.FullName, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LabBackground background, string operatorAssembly, CancellationToken cancellationToken)
    {
        var checkout = Path.GetDirectoryName(background.Folder)!;
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            // A pipe has no width of its own.
            AnsiConsole.Profile.Width = 160;
        }

        var lab = await StepAsync("apiserver, etcd, two Docker hosts, MariaDB", () => background.UpAsync(["--host", "oms-a", "--host", "oms-b"], cancellationToken));
        var stage = new DemoStage(lab, checkout, operatorAssembly);
        var oms = await StepAsync("OMS 3.2.2 on both hosts", () => stage.SeedAsync(cancellationToken));
        await StepAsync("CRDs, RBAC, Secrets", async () =>
        {
            await stage.InstallAsync();
            return true;
        });
        await StepAsync("operator", async () =>
        {
            await stage.StartOperatorAsync(cancellationToken);
            return true;
        });
        AnsiConsole.MarkupLineInterpolated($"[bold]kubectl apply -k[/] (config/samples with this lab's addresses); [bold]{lab.ControlPlane!.Kubectl} --kubeconfig {lab.ControlPlane.Kubeconfig} -n {DemoStage.Namespace} get omsu -w[/] shows the same");
        var watch = Stopwatch.StartNew();
        await stage.ApplySampleAsync();
        var upgrade = await FollowAsync(stage, watch, cancellationToken);
        var elapsed = watch.Elapsed;
        if (upgrade.Status?.Phase != OmsUpgradePhases.Succeeded)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{upgrade.Status?.Phase}: {upgrade.Status?.Message}[/]");
            return 1;
        }

        await DemoReport.PrintAsync(stage, oms, upgrade, elapsed);
        AnsiConsole.MarkupLine("The lab stays up; [bold]make demo[/] again resets it, [bold]make demo-down[/] removes every trace.");
        return 0;
    }

    private static async Task<T> StepAsync<T>(string what, Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = await AnsiConsole.Status().StartAsync(what, _ => work());
        AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {what} [grey]{DemoView.Seconds(watch.Elapsed)}[/]");
        return result;
    }

    private static async Task<OmsUpgrade> FollowAsync(DemoStage stage, Stopwatch watch, CancellationToken cancellationToken)
    {
        OmsUpgrade last = new();
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            await foreach (var upgrade in StatesAsync(stage, cancellationToken))
            {
                if (DemoView.Line(upgrade, TimeSpan.Zero) != DemoView.Line(last, TimeSpan.Zero))
                {
                    AnsiConsole.WriteLine(DemoView.Line(upgrade, watch.Elapsed));
                }

                last = upgrade;
            }

            return last;
        }

        await AnsiConsole.Live(DemoView.Render(last, watch.Elapsed, TimeProvider.System.GetUtcNow())).StartAsync(async live =>
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var clock = RedrawAsync(live, () => last, watch, over.Token);
            await foreach (var upgrade in StatesAsync(stage, cancellationToken))
            {
                last = upgrade;
            }

            await over.CancelAsync();
            await clock;
            live.UpdateTarget(DemoView.Render(last, watch.Elapsed, TimeProvider.System.GetUtcNow()));
        });
        return last;
    }

    private static async Task RedrawAsync(LiveDisplayContext live, Func<OmsUpgrade> current, Stopwatch watch, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                live.UpdateTarget(DemoView.Render(current(), watch.Elapsed, TimeProvider.System.GetUtcNow()));
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The upgrade has ended: the caller draws the last picture.
        }
    }

    private static async IAsyncEnumerable<OmsUpgrade> StatesAsync(DemoStage stage, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new WatchOptions { FieldSelector = $"metadata.name={DemoStage.Upgrade}" };
        await foreach (var change in stage.Admin.WatchAsync<OmsUpgrade>(DemoStage.Namespace, options, cancellationToken))
        {
            if (change.Object is not { } upgrade)
            {
                continue;
            }

            yield return upgrade;
            if (upgrade.Status?.Phase is OmsUpgradePhases.Succeeded || upgrade.Status?.Conditions.Exists(c => c.Type == "Stalled" && c.Status == "True") == true)
            {
                yield break;
            }
        }
    }
}
