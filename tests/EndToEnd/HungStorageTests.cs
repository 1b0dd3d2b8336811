using Drydock.Lab.Accidents;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A storage root whose calls do not return. That upgrades end golden after it: <c>storage-hung</c> of
/// <see cref="AccidentTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HungStorageTests(StageFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Hanging_storage_root_is_named_and_other_roots_continue()
    {
        var stage = await fixture.ResetAsync();
        var accident = AccidentCatalogue.Of("storage-hung");
        await accident.PrepareAsync(stage, TestContext.Current.CancellationToken);
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(
            space, "db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword),
            ("host", stage.MetaDb.Address));
        var other = stage.Run.FolderFor("snapshots-of-another-volume");
        await using var op = stage.StartOperator(new LabOperatorOptions
        {
            LeaderElection = false,
            StorageRoots = [stage.Snapshots, other],
            Arguments = accident.Arguments
        });
        var scene = new AccidentScene(stage, space, "");
        await accident.StrikeAsync(scene, TestContext.Current.CancellationToken);
        try
        {
            await ApplyAsync(stage, space, "hung", stage.Snapshots);
            await UntilAsync(stage, space, "hung", snapshot => snapshot.ToJsonString().Contains(
                $"The storage root {stage.Snapshots} does not answer", StringComparison.Ordinal));
            await ApplyAsync(stage, space, "other", other);
            await UntilAsync(stage, space, "other", snapshot => Phase(snapshot) == "Succeeded");
        }
        finally
        {
            await accident.MendAsync(scene, CancellationToken.None);
        }

        await ApplyAsync(stage, space, "mended", stage.Snapshots);
        await UntilAsync(stage, space, "mended", snapshot => Phase(snapshot) == "Succeeded");
    }

    private static string? Phase(JsonNode snapshot) => snapshot["status"]?["phase"]?.GetValue<string>();

    private static Task<JsonNode> UntilAsync(
        UpgradeStage stage, string space, string name, Func<JsonNode, bool> wanted) =>
        new ObjectFollower(stage.ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{space}/backupsnapshots", name)
            .UntilAsync(wanted, Patience, TestContext.Current.CancellationToken);

    private static Task ApplyAsync(UpgradeStage stage, string space, string name, string root) =>
        stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = "BackupSnapshot",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["spec"] = new JsonObject
            {
                ["source"] = new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } },
                ["databases"] = new JsonArray("rm_340", "cm_340"),
                ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = root } },
            },
        }.ToJsonString());
}
