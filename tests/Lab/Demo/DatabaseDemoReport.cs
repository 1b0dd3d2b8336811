using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Lab.Commands;
using Drydock.Lab.Databases;
using Spectre.Console;

namespace Drydock.Lab.Demo;

/// <summary>The results of a database demo, read from the real parts and from status.</summary>
internal static class DatabaseDemoReport
{
    public static async Task PrintAsync(
        DatabaseDemoStage stage, StandinDirectory directory, DatabaseRollingUpgrade upgrade, TimeSpan elapsed)
    {
        var status = upgrade.Status!;
        var arguments = new[] { "-n", DatabaseState.Namespace, "get" };
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule("results").LeftJustified());
        AnsiConsole.WriteLine(await stage.KubectlAsync([.. arguments, "dru,snap"]));
        var processes = new Table().Border(TableBorder.Rounded).Title("processes")
            .AddColumns("name", "component", "version");
        foreach (var instance in status.Instances)
        {
            processes.AddRow(
                Markup.Escape(instance.Name), instance.Component.ToString(), Markup.Escape(instance.Version ?? ""));
        }

        AnsiConsole.Write(processes);
        Requests(directory, JsonNode.Parse(
            await stage.KubectlAsync([.. arguments, "dru", stage.Database.Upgrade, "-o", "json"]))!);
        var facts = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn("");
        var noticed = string.Join('\n', directory.Violations().Select(v => Markup.Escape(v.ToString())));
        facts.AddRow("mistakes that the cluster noticed", noticed.Length > 0 ? $"[red]{noticed}[/]" : "[green]none[/]");
        facts.AddRow(
            "for the administrator",
            string.Create(CultureInfo.InvariantCulture, $"{status.ActionRequired.Count} in status.actionRequired"));
        facts.AddRow("estimate", Markup.Escape(status.Estimate ?? "none"));
        facts.AddRow("first process stopped to last one verified", Markup.Escape(status.Elapsed ?? ""));
        facts.AddRow("from apply to Succeeded", DemoView.Seconds(elapsed));
        AnsiConsole.Write(facts);
    }

    private static void Requests(StandinDirectory directory, JsonNode upgrade)
    {
        var requests = new Table().Border(TableBorder.Rounded).Title("the client's requests")
            .AddColumns("phase", "served", "handed over", "failed", "slowest");
        foreach (var phase in PhaseLoads.Of(directory, upgrade))
        {
            string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
            requests.AddRow(
                phase.Phase, Number(phase.Ok), Number(phase.Retried),
                phase.Failed == 0 ? "0" : $"[red]{Number(phase.Failed)}[/]", Number(phase.SlowestMs) + " ms");
        }

        AnsiConsole.Write(requests);
    }
}
