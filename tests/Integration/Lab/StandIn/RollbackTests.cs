namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>The old OMS, started again, works on the metadata it left and on nothing else.</summary>
[Collection(OmsLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class RollbackTests(OmsLab lab)
{
    [Theory]
    [InlineData("ce-330-331-single")]
    [InlineData("ee-401-422")]
    public async Task Complete_restore_returns_every_byte_and_old_containers_run(string road)
    {
        var (oms, hand, before, folder) = await UpgradedAsync(
            UpgradeRoad.All.Single(x => x.Id == road), asPrinted: false);
        foreach (var node in oms.Nodes)
        {
            await node.Host.DockerAsync("stop", "-t", "30", ByHand.New);
        }

        foreach (var database in oms.Databases)
        {
            await hand.RestoreAsync(database, Path.Combine(folder, database));
        }

        await StartOldAsync(oms);

        await hand.OnlineAsync(oms.Nodes);
        (await oms.PunishmentsAsync()).ShouldBeEmpty();
        (await oms.ReadStateAsync()).DatabaseText().ShouldBe(before.DatabaseText());
    }

    [Fact]
    public async Task Restore_as_printed_in_runbook_is_punished()
    {
        var (oms, hand, _, folder) = await UpgradedAsync(UpgradeRoad.CommunitySingle, asPrinted: true);
        await oms.Nodes[0].Host.DockerAsync("stop", "-t", "30", ByHand.New);
        foreach (var database in oms.Databases)
        {
            await hand.RestoreAsync(database, Path.Combine(folder, database), asPrinted: true);
        }

        await StartOldAsync(oms);

        (await oms.PunishmentsAsync()).ShouldContain("old-on-new-schema");
    }

    [Fact]
    public async Task Old_container_started_without_restore_is_punished()
    {
        var (oms, _, _, _) = await UpgradedAsync(UpgradeRoad.CommunitySingle, asPrinted: false);
        await oms.Nodes[0].Host.DockerAsync("stop", "-t", "30", ByHand.New);

        await StartOldAsync(oms);

        (await oms.PunishmentsAsync()).ShouldContain("old-on-new-schema");
        (await oms.ReadStateAsync()).Damage.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Database_dropped_under_running_OMS_is_punished()
    {
        var oms = await lab.UseAsync(UpgradeRoad.CommunitySingle);

        await lab.MetaDb.ExecAsync($"DROP DATABASE {oms.Regions[0].HeartbeatDatabase}");

        await Deadline.UntilAsync(
            "the punishment",
            async _ => (await oms.PunishmentsAsync()).Contains("database-dropped-under-oms", StringComparer.Ordinal),
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private async Task<(OmsScenario Oms, ByHand Hand, OmsState Before, string Folder)> UpgradedAsync(
        UpgradeRoad road, bool asPrinted)
    {
        var oms = await lab.UseAsync(road);
        var hand = new ByHand(oms, lab.MetaDb);
        await hand.StopOldAsync();
        var before = await oms.ReadStateAsync();
        var folder = Path.Combine(oms.Options.Root, "dumps");
        Directory.CreateDirectory(folder);
        foreach (var database in oms.Databases)
        {
            await hand.DumpAsync(database, Path.Combine(folder, database), asPrinted);
        }

        await hand.StartNewAsync();
        (await hand.InitAsync(oms.Nodes[0])).ShouldContain("【结束】");
        (await oms.PunishmentsAsync()).ShouldBeEmpty();
        return (oms, hand, before, folder);
    }

    private static Task StartOldAsync(OmsScenario oms) => Task.WhenAll(oms.Nodes.Select(async node =>
    {
        await node.Host.DockerAsync("restart", oms.Options.OldContainer);
        await ByHand.RunningAsync(node, oms.Options.OldContainer, "oms_drc_cm", "oms_drc_supervisor", "oms_console");
    }));
}
