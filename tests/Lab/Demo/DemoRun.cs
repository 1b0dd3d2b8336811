using System.Runtime.CompilerServices;
using Drydock.Crds.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.Common;
using Drydock.Lab.Commands;
using Spectre.Console;
using IKubernetesObject = k8s.IKubernetesObject<k8s.Models.V1ObjectMeta>;

namespace Drydock.Lab.Demo;

/// <summary>
/// Runs a demo of any kind: starts the lab it needs, runs steps and measures them, follows the upgrade to its end.
/// </summary>
internal static class DemoRun
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// A background lab. A running lab is ended first if it belongs to another demo or if its cluster was upgraded
    /// already.
    /// </summary>
    public static async Task<LabState> LabAsync(
        LabBackground background, string? database, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        if (background.Current() is { } up && (up.Database is not null || database is not null))
        {
            await background.DownAsync(cancellationToken);
        }

        return await background.UpAsync(arguments, cancellationToken);
    }

    /// <summary>Sets a width for output that is not a terminal.</summary>
    public static void Widen()
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            AnsiConsole.Profile.Width = 160;
        }
    }

    /// <summary>Runs a step and prints its duration.</summary>
    public static async Task<T> StepAsync<T>(string what, Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = await AnsiConsole.Status().StartAsync(what, _ => work());
        AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {what} [grey]{DemoView.Seconds(watch.Elapsed)}[/]");
        return result;
    }

    /// <summary>Runs a step and prints its duration.</summary>
    public static Task StepAsync(string what, Func<Task> work) => StepAsync(what, async () =>
    {
        await work();
        return true;
    });

    /// <summary>Shows an upgrade until it has succeeded, has a plan to be approved, or cannot continue without the
    /// administrator.</summary>
    /// <param name="more">Rows that only this kind of upgrade shows.</param>
    /// <param name="watch">The time since the upgrade was applied.</param>
    public static async Task<T> FollowAsync<T>(
        KubernetesClient admin, string space, string name, Func<T, RunStatus?> status,
        Func<T, IEnumerable<(string Name, string Markup)>> more, Stopwatch watch, CancellationToken cancellationToken)
        where T : class, IKubernetesObject, new()
    {
        T last = new();
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            await foreach (var upgrade in StatesAsync(admin, space, name, status, cancellationToken))
            {
                if (DemoView.Line(status(upgrade), TimeSpan.Zero) != DemoView.Line(status(last), TimeSpan.Zero))
                {
                    AnsiConsole.WriteLine(DemoView.Line(status(upgrade), watch.Elapsed));
                }

                last = upgrade;
            }

            return last;
        }

        Spectre.Console.Rendering.IRenderable Picture() => DemoView.Render(status(last), watch.Elapsed, more(last));
        await AnsiConsole.Live(Picture()).StartAsync(async live =>
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var clock = RedrawAsync(live, Picture, over.Token);
            await foreach (var upgrade in StatesAsync(admin, space, name, status, cancellationToken))
            {
                last = upgrade;
            }

            await over.CancelAsync();
            await clock;
            live.UpdateTarget(Picture());
        });
        return last;
    }

    private static async Task RedrawAsync(
        LiveDisplayContext live,
        Func<Spectre.Console.Rendering.IRenderable> picture,
        CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                live.UpdateTarget(picture());
                await Task.Delay(Redraw, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The upgrade has ended: the caller draws the last picture.
        }
    }

    private static async IAsyncEnumerable<T> StatesAsync<T>(
        KubernetesClient admin, string space, string name, Func<T, RunStatus?> status,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var options = new WatchOptions { FieldSelector = $"metadata.name={name}" };
        await foreach (var change in admin.WatchAsync<T>(space, options, cancellationToken))
        {
            if (change.Object is not { } upgrade)
            {
                continue;
            }

            yield return upgrade;
            if (status(upgrade) is { Phase: RunPhases.Succeeded or RunPhases.Planned }
                || status(upgrade)?.Conditions.Exists(c => c.Type == "Stalled" && c.Status == "True") == true)
            {
                yield break;
            }
        }
    }
}
