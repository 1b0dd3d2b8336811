using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>An operator that was rolled back meets what the newer one wrote.</summary>
public sealed class SchemaGuardTests : IAsyncDisposable
{
    private const int Newer = CrdSchema.Version + 1;

    private readonly InMemoryApi _api;
    private readonly RecordedEvents _events = new();
    private readonly SchemaGuard<BackupSnapshot> _guard;
    private IEntityWriter<BackupSnapshot> _writer = null!;
    private int _forgotten;

    public SchemaGuardTests()
    {
        var time = new ManualTimeProvider();
        _api = new InMemoryApi(WorldJson.Crds, time);
        var cache = new ResourceWatcher<BackupSnapshot>(_api, null, time, NullLogger<ResourceWatcher<BackupSnapshot>>.Instance);
        _guard = new SchemaGuard<BackupSnapshot>(new EntityWriter<BackupSnapshot>(_api, cache), _events, writer =>
        {
            _writer = writer;
            return new Controller(this);
        });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    [Fact]
    public async Task Written_status_contains_the_present_schema()
    {
        var made = await CreateAsync(null);

        await _guard.ReconcileAsync(made, Token);

        var written = await _api.GetAsync<BackupSnapshot>("s", "space", Token);
        written!.Status!.Schema.ShouldBe(CrdSchema.Version);
        written.Status.Phase.ShouldBe("Reconciled");
    }

    [Fact]
    public async Task Older_schema_of_status_is_raised_by_next_write()
    {
        var made = await CreateAsync(CrdSchema.Version - 1);

        await _guard.ReconcileAsync(made, Token);

        (await _api.GetAsync<BackupSnapshot>("s", "space", Token))!.Status!.Schema.ShouldBe(CrdSchema.Version);
    }

    [Fact]
    public async Task Object_of_newer_operator_is_reported_once_without_a_write()
    {
        var made = await CreateAsync(Newer);
        _api.Log.Clear();

        await _guard.ReconcileAsync(made, Token);
        await _guard.ReconcileAsync(made, Token);

        _api.Log.ShouldBeEmpty();
        _forgotten.ShouldBe(2);
        var (name, reason, message) = _events.Told.ShouldHaveSingleItem();
        (name, reason).ShouldBe(("s", Reasons.OperatorTooOld));
        message.ShouldContain($"schema {Newer}");
    }

    [Fact]
    public async Task Stale_cache_leads_to_no_write_over_newer_schema()
    {
        var cached = await CreateAsync(null);
        await _api.UpdateStatusAsync(cached with { Status = new BackupSnapshotStatus { Schema = Newer, Phase = "Theirs" } }, Token);
        _api.Log.Clear();

        await _guard.ReconcileAsync(cached, Token);

        _api.Log.ShouldHaveSingleItem().ShouldStartWith("get ");
        _events.Told.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.OperatorTooOld);
        (await _api.GetAsync<BackupSnapshot>("s", "space", Token))!.Status!.Phase.ShouldBe("Theirs");
    }

    [Fact]
    public async Task Object_of_newer_operator_receives_no_write_of_any_kind()
    {
        var made = await CreateAsync(Newer);
        _api.Log.Clear();

        await Should.ThrowAsync<NewerSchemaException>(() => _writer.UpdateStatusAsync(made, Token));
        await Should.ThrowAsync<NewerSchemaException>(() => _writer.AddFinalizerAsync(made, "drydock.dev/snapshot", Token));
        await Should.ThrowAsync<NewerSchemaException>(() => _writer.RemoveFinalizerAsync(made, "drydock.dev/snapshot", Token));

        _api.Log.ShouldBeEmpty();
    }

    private async Task<BackupSnapshot> CreateAsync(int? schema)
    {
        var made = await _api.CreateAsync(new BackupSnapshot { Metadata = new V1ObjectMeta { Name = "s", Namespace = "space" } }, Token);
        return schema is null ? made : await _api.UpdateStatusAsync(made with { Status = new BackupSnapshotStatus { Schema = schema } }, Token);
    }

    private sealed class Controller(SchemaGuardTests test) : IEntityController<BackupSnapshot>
    {
        public async Task<ReconciliationResult<BackupSnapshot>> ReconcileAsync(
            BackupSnapshot entity, CancellationToken cancellationToken)
        {
            var fresh = (await test._writer.ReadAsync(entity, cancellationToken))!;
            var status = (fresh.Status ?? new BackupSnapshotStatus()) with { Phase = "Reconciled" };
            return ReconciliationResult<BackupSnapshot>.Success(
                await test._writer.UpdateStatusAsync(fresh with { Status = status }, cancellationToken));
        }

        public Task<ReconciliationResult<BackupSnapshot>> DeletedAsync(
            BackupSnapshot entity, CancellationToken cancellationToken)
        {
            test._forgotten++;
            return Task.FromResult(ReconciliationResult<BackupSnapshot>.Success(entity));
        }
    }
}
