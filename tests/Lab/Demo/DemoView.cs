using Drydock.Crds.Plans;
using Drydock.Crds.Common;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Lab.Demo;

/// <summary>Shows a running upgrade: phase, step, progress bar, elapsed time, and the rows of its kind.</summary>
internal static class DemoView
{
    private const int Width = 40;

    /// <param name="elapsed">The time since the upgrade was applied.</param>
    /// <param name="more">Rows that only this kind of upgrade shows, as markup.</param>
    public static IRenderable Render(
        RunStatus? status, TimeSpan elapsed, IEnumerable<(string Name, string Markup)> more)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn("");
        table.AddRow("phase", $"[bold]{Markup.Escape(status?.Phase ?? "waiting for the operator")}[/]");
        table.AddRow("step", Markup.Escape(Clip(status?.Step ?? "")));
        table.AddRow("progress", Bar(status?.Plan));
        table.AddRow("elapsed", Seconds(elapsed));
        foreach (var (name, markup) in more)
        {
            table.AddRow(name, markup);
        }

        table.AddRow("says", Markup.Escape(Clip(status?.Message ?? "")));
        return table;
    }

    /// <summary>One line, for terminals that cannot be redrawn.</summary>
    public static string Line(RunStatus? status, TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{elapsed.TotalSeconds,6:0.0} s  {status?.Phase,-16} {status?.Progress,-6} {Clip(status?.Step ?? "")}");

    public static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Bar(PlanProgress? plan)
    {
        if (plan is null)
        {
            return "no plan yet";
        }

        var done = plan.Steps.Count(s => s.State == StepState.Succeeded);
        var filled = Width * done / plan.Steps.Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[green]{new string('█', filled)}[/][grey]{new string('░', Width - filled)}[/] {done}/{plan.Steps.Count}");
    }

    private static string Clip(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 99), "…");
}
