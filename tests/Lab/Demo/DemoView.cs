using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Lab.Demo;

/// <summary>What the demo shows of an upgrade under way: phase, step, progress bar, elapsed, downtime so far.</summary>
internal static class DemoView
{
    private const int Width = 40;

    public static IRenderable Render(OmsUpgrade upgrade, TimeSpan elapsed, DateTimeOffset now)
    {
        var status = upgrade.Status;
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn("");
        table.AddRow("phase", $"[bold]{Markup.Escape(status?.Phase ?? "waiting for the operator")}[/]");
        table.AddRow("step", Markup.Escape(Clip(status?.Step ?? "")));
        table.AddRow("progress", Bar(status?.Plan));
        table.AddRow("elapsed", Seconds(elapsed));
        table.AddRow("downtime", Downtime(status?.Times, now));
        table.AddRow("says", Markup.Escape(Clip(status?.Message ?? "")));
        return table;
    }

    /// <summary>One line, for terminals that cannot be redrawn.</summary>
    public static string Line(OmsUpgrade upgrade, TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,6:0.0} s  {upgrade.Status?.Phase,-16} {upgrade.Status?.Progress,-6} {Clip(upgrade.Status?.Step ?? "")}");

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Bar(Plan? plan)
    {
        if (plan is null)
        {
            return "no plan yet";
        }

        var done = plan.Steps.Count(s => s.State == StepState.Succeeded);
        var filled = Width * done / plan.Steps.Count;
        return string.Create(CultureInfo.InvariantCulture, $"[green]{new string('█', filled)}[/][grey]{new string('░', Width - filled)}[/] {done}/{plan.Steps.Count}");
    }

    private static string Downtime(UpgradeTimes? times, DateTimeOffset now) => times?.T1 is not { } t1
        ? "none so far"
        : times.T2 is { } t2 ? $"[green]{Seconds(t2 - t1)}[/], over" : $"[yellow]{Seconds(now - t1)}[/] so far";

    private static string Clip(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 99), "…");
}
