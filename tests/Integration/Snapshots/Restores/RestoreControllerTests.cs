using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Snapshots;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Snapshots.Restores;

/// <summary>The restore controller on a real API server and a real database server.</summary>
public sealed class RestoreControllerTests(LabFixture lab, MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restore_returns_both_databases_and_leaves_storage_unchanged()
    {
        using var stage = await RestoreStage.CreateAsync(lab, server);
        var files = stage.Files;
        await using var op = new StageOperator(stage);
        await op.UntilAsync(
            r => r.Status?.Phase is SnapshotRestorePhases.Failed
                || (r.Status?.Phase == SnapshotRestorePhases.Succeeded && r.Metadata.Finalizers is not { Count: > 0 }),
            Token);

        Restored(stage, await stage.GetAsync());
        stage.Files.ShouldBe(files);
        (await stage.Client.ListAsync<V1Lease>(stage.Namespace, cancellationToken: Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_without_an_approval_changes_nothing()
    {
        using var stage = await RestoreStage.CreateAsync(lab, server, approve: false);
        var before = (stage.Content(stage.First), stage.Content(stage.Second));
        await using var op = new StageOperator(stage);
        await op.UntilPhaseAsync(
            SnapshotRestorePhases.Planned, SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);
        var status = (await stage.GetAsync()).Status!;
        var hold = status.Holds.ShouldHaveSingleItem();
        hold.Consent.ShouldNotBeNull().ShouldContain(stage.First);
        (stage.Content(stage.First), stage.Content(stage.Second)).ShouldBe(before);
    }

    [Theory]
    [InlineData("begin", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("locked")]
    [InlineData("before drop", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("dropped")]
    [InlineData("before load", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("loading")]
    [InlineData("comparing", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("restored")]
    public async Task Restore_ended_at_any_step_is_finished_by_next_operator(string border)
    {
        using var stage = await RestoreStage.CreateAsync(lab, server);
        using var dead = new CancellationTokenSource();
        var first = new StageOperator(stage, point =>
        {
            if (point == $"{border} {stage.First}")
            {
                dead.Cancel();
            }

            // A dead process writes nothing more, neither to the API nor to the server.
            dead.Token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        });
        await Should.ThrowAsync<OperationCanceledException>(() => first.UntilAsync(
            static r => r.Status?.Phase is SnapshotRestorePhases.Succeeded or SnapshotRestorePhases.Failed,
            dead.Token));
        await first.DisposeAsync();

        await using var second = new StageOperator(stage);
        await second.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
        Restored(stage, await stage.GetAsync());
    }

    [Theory]
    [InlineData("begin", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("locked", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("before drop", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("dropped")]
    [InlineData("before load", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("restored")]
    public async Task Frozen_operator_resuming_after_its_successor_destroys_nothing(string border)
    {
        using var stage = await RestoreStage.CreateAsync(lab, server);
        var frozen = new TaskCompletionSource();
        var thaw = new TaskCompletionSource();
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = new StageOperator(stage, async point =>
        {
            if (point == $"{border} {stage.First}" && frozen.TrySetResult())
            {
                await thaw.Task;
            }
            else if (frozen.Task.IsCompleted)
            {
                await thaw.Task;
            }
        });
        var running = first.UntilAsync(
            static r => r.Status?.Phase is SnapshotRestorePhases.Failed
                || r.Metadata.Annotations?.ContainsKey("test") == true,
            leading.Token);
        await await Task.WhenAny(frozen.Task, running);
        frozen.Task.IsCompleted.ShouldBeTrue("it must have come to the border");

        await using (var second = new StageOperator(stage))
        {
            await second.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
            Restored(stage, await stage.GetAsync());
        }

        await stage.ExecuteAsync(stage.First, "INSERT INTO heatbeat_sequence (gmt_created) VALUES (NOW())");
        await stage.ExecuteAsync(stage.Second, "INSERT INTO heatbeat_sequence (gmt_created) VALUES (NOW())");
        var used = (stage.Content(stage.First), stage.Content(stage.Second));
        thaw.SetResult();

        // It notices at its next look at the object that it is over, or its term of leadership ends: then its job has
        // ended.
        await stage.Client.PatchAsync<SnapshotRestore>(
            new System.Text.Json.Nodes.JsonObject
            {
                ["metadata"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["annotations"] = new System.Text.Json.Nodes.JsonObject { ["test"] = "over" }
                }
            },
            RestoreStage.Name,
            stage.Namespace,
            cancellationToken: Token);
        await running;
        await first.DisposeAsync();
        (stage.Content(stage.First), stage.Content(stage.Second)).ShouldBe(used);
        (await stage.GetAsync()).Status!.Phase.ShouldBe(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Restore_names_and_waits_for_open_sessions()
    {
        using var stage = await RestoreStage.CreateAsync(lab, server);
        var before = stage.Content(stage.Second);
        await using var op = new StageOperator(stage);
        await using (var somebody = await server.OpenAsync(stage.Second))
        {
            await op.UntilAsync(
                static r => r.Status?.Conditions.Find(
                    c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen,
                Token);
            var message = (await stage.GetAsync()).Status!.Message!;
            message.ShouldContain($"session {somebody.Id} of {MariaDbServer.User} from ");
            message.ShouldContain(stage.Second);
            stage.Content(stage.Second).ShouldBe(before);
            await MariaDbServer.ExecuteAsync(somebody, "DO 1");
        }

        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
        Restored(stage, await stage.GetAsync());
    }

    [Fact]
    public async Task Dump_truncated_after_verification_leaves_database_unchanged()
    {
        using var stage = await RestoreStage.CreateAsync(lab, server);
        var before = stage.Content(stage.Second);
        await using var op = new StageOperator(stage, async point =>
        {
            if (point == $"restored {stage.First}")
            {
                await using var file = File.OpenWrite(stage.FileOf(stage.Second));
                file.SetLength(file.Length / 2);
            }
        });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);
        var status = (await stage.GetAsync()).Status!;
        status.Conditions.Single(c => c.Type == ConditionTypes.Failed).Reason.ShouldBe(Reasons.SnapshotInvalid);
        status.Databases.Select(d => d.State).ShouldBe([RestoreState.Restored, RestoreState.Pending]);
        stage.Content(stage.Second).ShouldBe(before);
    }

    [Fact]
    public async Task Snapshot_without_manifest_is_not_restored()
    {
        using var stage = await RestoreStage.CreateAsync(lab, server);
        File.Delete(Path.Combine(Path.GetDirectoryName(stage.FileOf(stage.First))!, "manifest.json"));
        await using var op = new StageOperator(stage);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);
        (await stage.GetAsync()).Status!.Conditions.Single(c => c.Type == ConditionTypes.Failed).Reason
            .ShouldBe(Reasons.SnapshotMissing);
    }

    [Fact]
    public async Task Restore_observes_the_server_as_upgrades_do()
    {
        var database = await server.CreateDatabaseAsync();
        await using (var connection = await server.OpenAsync(database))
        {
            await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE t (id INT PRIMARY KEY)");
            await MariaDbServer.ExecuteAsync(connection, "CREATE VIEW v AS SELECT 1 AS one");
        }

        var look = await new SqlRestoreServer(server.Options(), TimeProvider.System).LookAsync(
            [database, database + "x"], Token);
        var metadata = new SqlOmsMetadata(
            new MySqlOptions
            {
                Server = "127.0.0.1",
                Port = server.Port,
                UserID = MariaDbServer.User,
                Password = MariaDbServer.Password
            },
            EndpointPolicy.Unrestricted);
        look.Identity.ShouldBe((await metadata.ServerAsync(Token)).Identity);
        look.Facts.NamedLocks.ShouldBeTrue();
        look.Facts.ReadOnly.ShouldBeFalse();
        look.Facts.FunctionsNeedSuper.ShouldBeFalse();
        look.SeesAllSessions.ShouldBeFalse();
        look.Facts.Account.ShouldBe("drc@%");
        look.Databases.Select(d => (d.Exists, d.Tables)).ShouldBe([(true, 1), (false, 0)]);
        look.Databases[0].Definers.ShouldBe(["drc@%"]);
    }

    [Fact]
    public async Task EndSessionsAsync_ends_only_the_named_sessions()
    {
        var database = await server.CreateDatabaseAsync();
        await using var one = await server.OpenAsync(database);
        await using var other = await server.OpenAsync(database);
        var restore = new SqlRestoreServer(server.Options(), TimeProvider.System);
        var sessions = await restore.SessionsAsync([database], Token);
        sessions.Select(s => s.Id).ShouldBe([one.Id, other.Id], ignoreOrder: true);
        var mine = sessions.Single(s => s.Id == one.Id);

        (await restore.EndSessionsAsync(
            [new SessionReceipt(mine.Id, "192.0.2.1:1"), new SessionReceipt(other.Id + 100_000, mine.Host)], Token))
            .ShouldBeEmpty();
        (await restore.EndSessionsAsync([new SessionReceipt(mine.Id, mine.Host)], Token)).ShouldHaveSingleItem().Id
            .ShouldBe(one.Id);
        (await restore.SessionsAsync([database], Token)).ShouldHaveSingleItem().Id.ShouldBe(other.Id);
    }

    private static void Restored(RestoreStage stage, SnapshotRestore restore)
    {
        restore.Status!.Phase.ShouldBe(SnapshotRestorePhases.Succeeded, restore.Status.Message);
        restore.Status.Databases.ShouldAllBe(d => d.State == RestoreState.Restored && d.Dropped);
        stage.Content(stage.First).ShouldBe(stage.Before[stage.First]);
        stage.Content(stage.Second).ShouldBe(stage.Before[stage.Second]);
        stage.Server.Cli(
            stage.First, "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()")
            .ShouldBe("tr1"u8.ToArray());
    }
}
