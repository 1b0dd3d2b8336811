namespace Drydock.Tests.Unit.Snapshots;

/// <summary>A restore says if it sends a password to a server whose identity it does not verify.</summary>
public sealed class RestoreServerIdentityTests
{
    private readonly RestoreWorld _world = new();

    [Theory]
    [InlineData(DatabaseTlsMode.Disabled, true)]
    [InlineData(DatabaseTlsMode.VerifyCA, false)]
    [InlineData(DatabaseTlsMode.VerifyIdentity, false)]
    public async Task Restore_warns_once_of_a_server_that_is_not_verified(DatabaseTlsMode mode, bool warns)
    {
        await CreateAsync(RestoreWorld.Spec, mode);
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);

        var events = _world.Events.All.Where(e => e.Reason == Reasons.ServerUnverified).ToList();
        events.Count.ShouldBe(warns ? 1 : 0);
        events.ShouldAllBe(e => e.IsWarning
            && e.Message.Contains($"spec.source.tls.mode of BackupSnapshot snap: {mode}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseTlsMode.Disabled, true)]
    [InlineData(DatabaseTlsMode.VerifyCA, false)]
    public async Task Restore_plan_warns_of_a_server_that_is_not_verified(DatabaseTlsMode mode, bool warns)
    {
        await CreateAsync(RestoreWorld.Spec, mode, approve: false);
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);

        var message = (await _world.StatusAsync()).Message.ShouldNotBeNull();
        message.Contains("The server's identity is not verified", StringComparison.Ordinal).ShouldBe(warns);
        message.ShouldBeWorded();
    }

    private Task CreateAsync(SnapshotRestoreSpec spec, DatabaseTlsMode mode, bool approve = true) => _world.CreateAsync(
        spec,
        snapshot => snapshot with
        {
            Spec = snapshot.Spec with { Source = snapshot.Spec.Source with { Tls = new DatabaseTls { Mode = mode } } }
        },
        approve: approve);
}
