using System.Net;
using Drydock.Clients.MySql;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The main job and its rollback with the metadata behind a stand-in of OceanBase 3: no named locks, no events, numbers
/// of sessions of its own.
/// </summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class OceanBaseTests
{
    [Fact]
    public async Task Upgrade_and_rollback_without_named_locks_end_as_with_them()
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions
            {
                Checkout = Repository.Root,
                OperatorAssembly = Repository.OperatorAssembly,

                // A server without information_schema.EVENTS has no events.
                Scenario = o => o with
                {
                    ExtraSql = new Dictionary<string, string>(StringComparer.Ordinal) { ["rm"] = "DROP EVENT e_purge;" }
                },
            },
            cancellationToken: TestContext.Current.CancellationToken);
        await using var proxy = new OceanBaseProxy(
            stage.MetaDb.Address, stage.MetaDb.Port, OceanBaseBehaviour.V3, IPAddress.Parse(stage.Run.BridgeAddress));
        await stage.MetaDb.ExecAsync(
            $"GRANT {string.Join(", ", LockRow.Privileges)} ON `{LockRow.Database}`.* TO '{OmsScenario.MetaUser}'@'%'");
        var course = new UpgradeCourse(stage, UpgradeGoal.Rollback)
        {
            Change = manifest => manifest["spec"]!["metadataDatabase"] =
                new JsonObject { ["host"] = stage.Run.BridgeAddress, ["port"] = proxy.Port },
        };

        var golden = await course.GoldenAsync(
            new LabOperatorOptions { LeaderElection = false }, TestContext.Current.CancellationToken);

        golden.Counts["PUNISHED"].ShouldBe(0);
        (await stage.Oms.ReadStateAsync()).ShouldSatisfyAllConditions(
            s => s.SchemaVersion.ShouldBe("3.2.2"),
            s => s.Damage.ShouldBeEmpty(),
            s => s.HaConfig.ShouldNotBeNull().ShouldContain("\"enable\":true"));
        proxy.Statements.ShouldContain(s => s.Contains(LockRow.Database, StringComparison.Ordinal));
        (await stage.MetaDb.ExecAsync($"SELECT COUNT(*) FROM {LockRow.Database}.lock_row")).ShouldBe("0");
    }
}
