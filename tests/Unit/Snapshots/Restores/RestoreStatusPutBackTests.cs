namespace Drydock.Tests.Unit.Snapshots;

/// <summary>
/// etcd, or the object, is restored from a backup: a restore that ended has the status of any of its former writes. The
/// databases have been in use since.
/// </summary>
public sealed class RestoreStatusPutBackTests
{
    public static TheoryData<bool, bool> Objects =>
        new() { { false, false }, { true, false }, { false, true }, { true, true } };

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task Restore_that_ended_drops_nothing_whatever_status_is_put_back(bool linked, bool otherUid)
    {
        for (var n = 0; ; n++)
        {
            var (world, writes) = await EndedAsync(linked);
            if (n >= writes.Count)
            {
                break;
            }

            var status = writes[n];
            var where = $"write {n}: {status.Phase} "
                + $"{string.Join(", ", status.Databases.Select(d => $"{d.Name} {d.State}"))}";
            var uid = world.Server.WitnessesIn("rm")[0].Restore;
            var (drops, ended) = (world.Server.Drops.Count, world.Server.Ended.Count);
            await PutBackAsync(world, status, otherUid);
            await world.ApproveAsync();
            await using var op = new RestoreOperator(world);
            await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

            var now = await world.StatusAsync();
            now.Phase.ShouldBe(SnapshotRestorePhases.Succeeded, $"{where}: {now.Message}");
            now.Databases.ShouldAllBe(d => d.State == RestoreState.Restored, where);
            now.Receipt!["restore"].ShouldBe(uid, where);
            AssertUntouched(world, drops, ended, where);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Begun_restore_drops_no_database_that_was_replaced_since(bool linked)
    {
        for (var n = 0; ; n++)
        {
            var (world, writes) = await EndedAsync(linked);
            if (n >= writes.Count)
            {
                break;
            }

            var (status, where) = (writes[n], $"write {n}");
            var drops = world.Server.Drops.Count;
            world.Server.Sessions.Clear();
            world.Server.Replace("rm", "used since");
            world.Server.Replace("cm", "used since");
            await PutBackAsync(world, status, otherUid: false);
            await using var op = new RestoreOperator(world);
            await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

            var now = await world.StatusAsync();
            if (status.Phase != SnapshotRestorePhases.Restoring)
            {
                // Nothing tells it from a restore that an administrator wants: notAfter bounds it.
                continue;
            }

            world.Server.Drops.Count.ShouldBe(drops, where);
            if (status.Databases.TrueForAll(d => d.State == RestoreState.Restored))
            {
                now.Phase.ShouldBe(SnapshotRestorePhases.Succeeded, where);
                continue;
            }

            now.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.OutcomeUnknown}", where);
            now.Message.ShouldNotBeNull().ShouldContain("no witness", Case.Sensitive, where);
            now.Message.ShouldContain("Nothing was dropped", Case.Sensitive, where);
            now.Message.ShouldNotContain("drops and loads it again", Case.Sensitive, where);
            now.Message.ShouldContain(
                linked ? Annotations.Abort : "delete snapshotrestore back", Case.Sensitive, where);
        }
    }

    [Fact]
    public async Task Object_of_same_name_does_not_repeat_a_restore_unasked()
    {
        var (world, _) = await EndedAsync(linked: false);
        var drops = world.Server.Drops.Count;
        await PutBackAsync(world, status: null, otherUid: true);
        await world.ApproveAsync();
        await using var op = new RestoreOperator(world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

        var status = await world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.OutcomeUnknown}");
        status.Message.ShouldBeWorded();
        AssertUntouched(world, drops, world.Server.Ended.Count, "same name");
    }

    /// <summary>A plan of the rollback that was compiled again counts its restores on. One that the upgrade knows of
    /// is repeated by another object: it failed, or what ran once was lost after it.</summary>
    [Theory]
    [InlineData(null, 0)]
    [InlineData(SnapshotRestorePhases.Succeeded, 2)]
    [InlineData(SnapshotRestorePhases.Failed, 2)]
    public async Task Rollback_repeats_no_forgotten_restore_under_another_name_unasked(string? former, int expected)
    {
        var world = new RestoreWorld();
        await world.CreateAsync(owners: await world.UpgradeAsync());
        var uid = "gone";
        if (former is not null)
        {
            var other = await world.Api.CreateAsync(new SnapshotRestore
            {
                Kind = SnapshotRestore.KindName,
                Metadata = new V1ObjectMeta { Name = "back-0", Namespace = RestoreWorld.Space },
                Spec = RestoreWorld.Spec,
            });
            await world.Api.UpdateStatusAsync(other with
            {
                Status = new SnapshotRestoreStatus
                {
                    Phase = former,
                    Receipt = new(StringComparer.Ordinal) { ["restore"] = uid }
                }
            });
        }

        world.Server.Witness("rm", new RestoreWitness(uid, "oms/back-0", "snap-1", RestoreWitnessState.Restored));
        await using var op = new RestoreOperator(world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

        var status = await world.StatusAsync();
        world.Server.Drops.Count.ShouldBe(expected, status.Message);
        if (expected == 0)
        {
            status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.OutcomeUnknown}");
            status.Message.ShouldBeWorded();
            status.Message.ShouldContain(Annotations.Approve);
            status.Message.ShouldContain(Annotations.Abort);
        }
    }

    [Fact]
    public async Task Decision_of_an_administrator_restores_what_was_replaced()
    {
        var (world, writes) = await EndedAsync(linked: false);
        world.Server.Sessions.RemoveAll(s => s.User == "oms");
        world.Server.Replace("rm", "used since");
        world.Server.Replace("cm", "used since");
        var drops = world.Server.Drops.Count;
        await PutBackAsync(
            world, writes.First(s => s.Databases.Exists(d => d.State == RestoreState.Dropping)), otherUid: false);
        await using var op = new RestoreOperator(world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);

        // A retry alone says nothing about the databases.
        await world.AnnotateAsync(Annotations.Retry, "1");
        await op.UntilAsync(r => r!.Status!.UsedTokens.Count == 1 && r.Status.Phase == SnapshotRestorePhases.Failed);
        world.Server.Drops.Count.ShouldBe(drops);

        var words = (await world.StatusAsync()).Message!.Split([' ', '`'], StringSplitOptions.RemoveEmptyEntries);
        await world.AnnotateAsync(Annotations.Approve, words.Single(
            w => w.StartsWith($"{Annotations.Approve}=", StringComparison.Ordinal)).Split('=')[1]);
        await world.AnnotateAsync(Annotations.Retry, words.Single(
            w => w.StartsWith($"{Annotations.Retry}=", StringComparison.Ordinal)).Split('=')[1].TrimEnd('.'));
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        world.Server.Databases["rm"].ShouldBe(world.Snapshots.ContentOf("rm"));
        world.Server.Drops.Skip(drops).ShouldBe(["rm", "cm"], ignoreOrder: true);
        (await world.StatusAsync()).Approvals.Count(a => a.Accepted)
            .ShouldBe(2, "of the restore and of what was found");
    }

    [Fact]
    public async Task Old_attempt_that_ran_out_of_time_drops_nothing_after_a_retry()
    {
        var (world, writes) = await EndedAsync(linked: false);
        var drops = world.Server.Drops.Count;
        await PutBackAsync(
            world, writes.First(s => s.Databases.Exists(d => d.State == RestoreState.Loading)), otherUid: false);
        world.Time.Advance(TimeSpan.FromDays(14));
        await using var op = new RestoreOperator(world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        await world.AnnotateAsync(Annotations.Retry, "1");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        AssertUntouched(world, drops, world.Server.Ended.Count, "14 days later");
    }

    private static void AssertUntouched(RestoreWorld world, int drops, int ended, string where)
    {
        world.Server.Drops.Count.ShouldBe(drops, where);
        world.Server.Ended.Count.ShouldBe(ended, where);
        world.Server.Databases["rm"].ShouldBe("used since", where);
        world.Server.Databases["cm"].ShouldBe("used since", where);
    }

    // A restore that ended, every status that it wrote, in order, and databases that are in use again.
    private static async Task<(RestoreWorld World, IReadOnlyList<SnapshotRestoreStatus> Writes)> EndedAsync(bool linked)
    {
        var (world, writes) = (new RestoreWorld(), new List<SnapshotRestoreStatus>());
        await world.CreateAsync(owners: linked ? await world.UpgradeAsync() : null);
        var life = new RestoreLife("first")
        {
            Passing = async point =>
            {
                if (point == "after status write")
                {
                    writes.Add(await world.StatusAsync());
                }
            },
        };
        await using var op = new RestoreOperator(world, life);
        await op.UntilAsync(
            r => r?.Status?.Phase == SnapshotRestorePhases.Succeeded && r.Metadata.Finalizers is not { Count: > 0 });
        writes.ShouldContain(s => s.Databases.Exists(d => d.State == RestoreState.Loading));
        world.Server.Databases["rm"] = world.Server.Databases["cm"] = "used since";
        world.Server.Connect("oms", "rm");
        return (world, writes);
    }

    private static async Task PutBackAsync(RestoreWorld world, SnapshotRestoreStatus? status, bool otherUid)
    {
        var restore = (await world.GetAsync())!;
        if (otherUid)
        {
            await world.Api.DeleteAsync<SnapshotRestore>(RestoreWorld.Name, RestoreWorld.Space);
            restore = await world.Api.CreateAsync(restore with
            {
                Metadata = new V1ObjectMeta
                {
                    Name = RestoreWorld.Name,
                    Namespace = RestoreWorld.Space,
                    OwnerReferences = restore.Metadata.OwnerReferences,
                    Generation = restore.Metadata.Generation
                },
                Status = null,
            });
        }

        if (status is not null)
        {
            await world.Api.UpdateStatusAsync(restore with { Status = status });
        }
    }
}
