using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;
using Spectre.Console;

namespace Drydock.Lab.Demo;

/// <summary>The results of the demo, read from the real parts and from status.</summary>
internal static class DemoReport
{
    public static async Task PrintAsync(DemoStage stage, OmsScenario oms, OmsUpgrade upgrade, TimeSpan elapsed)
    {
        var status = upgrade.Status!;
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule("results").LeftJustified());
        AnsiConsole.WriteLine(await stage.KubectlAsync(["-n", DemoStage.Namespace, "get", "omsu,snap"]));
        var nodes = new Table().Border(TableBorder.Rounded).Title("nodes")
            .AddColumns("node", "container", "image", "version");
        foreach (var node in status.Nodes)
        {
            nodes.AddRow(Escape(node.Name), Escape(node.Container), Escape(node.Image), Escape(node.Version));
        }

        AnsiConsole.Write(nodes);
        await SnapshotAsync(stage, status);
        var facts = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn("");
        facts.AddRow("ha.config", Escape(await oms.ReadHaConfigAsync()));
        var punished = string.Join(", ", await oms.PunishmentsAsync());
        facts.AddRow("mistakes in the procedure (OMS would break)", Escape(punished.Length > 0 ? punished : "none"));
        facts.AddRow("projects before", Escape(string.Join(", ", (status.Projects?.ByStatus ?? []).Select(
            p => string.Create(CultureInfo.InvariantCulture, $"{p.Value} {p.Key}")))));
        facts.AddRow(
            "for the administrator",
            string.Create(CultureInfo.InvariantCulture, $"{status.ActionRequired.Count} in status.actionRequired"));
        facts.AddRow(
            "T1, first old container stopped", Escape(status.Times?.T1?.ToString("O", CultureInfo.InvariantCulture)));
        facts.AddRow(
            "T2, high availability enabled", Escape(status.Times?.T2?.ToString("O", CultureInfo.InvariantCulture)));
        facts.AddRow(
            "downtime", status.Times is { T1: { } t1, T2: { } t2 } ? $"[green]{DemoView.Seconds(t2 - t1)}[/]" : "");
        facts.AddRow("from apply to Succeeded", DemoView.Seconds(elapsed));
        AnsiConsole.Write(facts);
    }

    private static async Task SnapshotAsync(DemoStage stage, OmsUpgradeStatus status)
    {
        if (status.SnapshotRef is not { } reference || await stage.Admin.GetAsync<BackupSnapshot>(
            reference.Name, DemoStage.Namespace) is not { Status: { } snapshot })
        {
            return;
        }

        var dumps = new Table().Border(TableBorder.Rounded)
            .Title($"dumps of {Escape(reference.Name)}, verified: {snapshot.Verified}")
            .AddColumns("database", "tables", "rows", "bytes", "sha256");
        foreach (var database in snapshot.Databases)
        {
            dumps.AddRow(
                Escape(database.Name), Text(database.Tables), Text(database.Rows), Text(database.Bytes),
                Escape(database.Sha256?[..16] + "…"));
        }

        AnsiConsole.Write(dumps);
    }

    private static string Text<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string Escape(string? text) => Markup.Escape(text ?? "");
}
