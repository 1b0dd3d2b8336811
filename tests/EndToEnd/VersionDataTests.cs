using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>A ConfigMap teaches the operator an upgrade, a wait and a success line that it does not know.</summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class VersionDataTests(StageFixture fixture)
{
    private const int Wait = 10;
    private const string Marker = "【完成】元信息升级成功";

    private static readonly string Data = $$"""
        format: 1
        editions:
          Community:
            releases:
              4.2.2: {from: [4.2.0, 4.2.1], source: https://example.com/guide}
            procedures:
              4.2.2: {waitBeforeInit: {{Wait}}s, successMarker: {{Marker}}, source: https://example.com/guide}
            advice:
              kafka: {since: 4.2.2, message: Open every Kafka data source once and save it., source: https://example.com/guide}

        """;

    private static readonly UpgradeRoad Road = new()
    {
        Id = "ce-420-422-taught",
        From = "4.2.0_ce",
        To = "4.2.2_ce",
        RegionSizes = [1],
        Scenario = static options => options with { Knobs = new OmsKnobs { InitMarker = Marker, StartSecs = 2 } },
    };

    [Fact]
    public async Task Taught_release_is_upgraded_to_as_the_ConfigMap_says()
    {
        var stage = await fixture.UseAsync(Road);
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
        var unknown = await stage.WaitForAsync(space, UpgradeReading.IsStalled);
        unknown.FindingReasons().ShouldBe(["VersionPathUnsupported"]);

        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = "oms-versions", ["namespace"] = space },
            ["data"] = new JsonObject { ["versions.yaml"] = Data },
        }.ToJsonString());
        manifest["spec"]!["versionsConfigMapRef"] = new JsonObject { ["name"] = "oms-versions", ["key"] = "versions.yaml" };
        await stage.ApplyAsync(manifest.ToJsonString());
        var done = await stage.WaitForAsync(space, UpgradeReading.IsOver, TimeSpan.FromMinutes(4));

        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var state = await stage.Oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe("4.2.2");
        state.HaConfig.ShouldNotBeNull().ShouldContain("\"enable\":true");
        var audit = await stage.Oms.AuditAsync();
        audit.ShouldNotContain(a => a.Event == OmsEvents.JarStart);
        var init = audit.Single(a => a.Event == OmsEvents.InitStart);
        var started = audit.Single(a => a.Event == OmsEvents.ContainerStart && a.Version == "4.2.2");
        (Time(init) - Time(started)).ShouldBeGreaterThan(TimeSpan.FromSeconds(Wait - 1), "dockerd's start of the container precedes its first event");
        var notes = done["status"]!["plan"]!["notes"]!.AsArray().Select(note => note!.GetValue<string>()).ToList();
        notes.ShouldContain(note => note.Contains($"ConfigMap {space}/oms-versions, key versions.yaml, sha256:", StringComparison.Ordinal) && note.Contains("waitBeforeInit", StringComparison.Ordinal));
        done["status"]!["actionRequired"]!.ToJsonString().ShouldContain("Open every Kafka data source once and save it.");
    }

    private static DateTime Time(OmsAuditEntry entry) => DateTime.Parse(entry.At, CultureInfo.InvariantCulture);
}
