namespace Drydock.Tests.Unit.Upgrades;

/// <summary>Leases by which targets are held.</summary>
public sealed class TargetClaimsTests
{
    private readonly FakeKubernetes _api;
    private readonly TargetClaims _claims;

    public TargetClaimsTests()
    {
        var time = new ManualTimeProvider();
        _api = new FakeKubernetes(WorldJson.Crds, time);
        _claims = new TargetClaims(_api, "drydock-system", time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fake_server_with_foreign_uuid_blocks_no_other_namespace()
    {
        var (liar, victim) = (await UpgradeAsync("evil"), await UpgradeAsync("good"));
        (await ClaimAsync(liar, new ClaimTarget("uuid:6f1c/rm", ["fake:3306", "10.9.9.9:3306"]))).ShouldBeNull();
        (await ClaimAsync(victim, new ClaimTarget("uuid:6f1c/rm", ["db1:3306", "10.0.0.5:3306"]))).ShouldBeNull();
    }

    [Fact]
    public async Task Second_claim_through_another_name_reports_holder_and_keeps_nothing()
    {
        var (first, second) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        (await ClaimAsync(first, new ClaimTarget("uuid:6f1c/rm", ["db1:3306", "10.0.0.5:3306"]))).ShouldBeNull();

        // Some of these names come before the shared one, so they are taken first.
        foreach (var name in Enumerable.Range(2, 20).Select(n => $"db{n}:3306"))
        {
            var holder = (await ClaimAsync(second, new ClaimTarget("uuid:6f1c/rm", [name, "10.0.0.5:3306"])))
                .ShouldNotBeNull();
            holder.Name.ShouldBe("OmsUpgrade one/up");
            holder.Lease.ShouldStartWith("drydock-system/drydock-target-");
            holder.IsGone.ShouldBeFalse();
        }

        (await LeasesAsync()).Select(l => l.Spec.HolderIdentity).Distinct(StringComparer.Ordinal)
            .ShouldBe([first.Metadata.Uid]);
    }

    [Fact]
    public async Task Holder_keeps_its_remaining_leases_after_losing_one()
    {
        var (first, second) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(first, target)).ShouldBeNull();
        var shared = target.Names("one").Intersect(target.Names("two"), StringComparer.Ordinal).Single();
        await _api.DeleteAsync<V1Lease>(shared, "drydock-system", cancellationToken: Token);
        (await ClaimAsync(second, target)).ShouldBeNull();
        (await _claims.ClaimAsync(target, first, adopt: null, keep: true, Token)).ShouldNotBeNull().Name
            .ShouldBe("OmsUpgrade two/up");
        (await LeasesAsync()).Count(l => l.Spec.HolderIdentity == first.Metadata.Uid).ShouldBe(1);
    }

    [Fact]
    public async Task Claim_of_deleted_holder_is_taken_only_with_adopt()
    {
        var (gone, next) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(gone, target)).ShouldBeNull();
        await _api.DeleteAsync<OmsUpgrade>("up", "one", cancellationToken: Token);
        (await ClaimAsync(next, target)).ShouldNotBeNull().IsGone.ShouldBeTrue();
        (await _claims.ClaimAsync(target, next, adopt: next.Metadata.Uid, keep: false, Token))
            .ShouldNotBeNull("the uid of another");
        (await _claims.ClaimAsync(target, next, adopt: gone.Metadata.Uid, keep: false, Token)).ShouldBeNull();
        (await _claims.FindHolderAsync(target, next, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Release_deletes_every_lease_of_the_holder_and_no_other()
    {
        var (one, other) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306", "10.0.0.5:3306"]);
        (await ClaimAsync(one, target)).ShouldBeNull();
        (await ClaimAsync(other, new ClaimTarget("uuid:77/rm", ["db9:3306"]))).ShouldBeNull();
        await _claims.ReleaseAsync(target.Names("one"), one.Metadata.Uid!, Token);
        (await LeasesAsync()).Select(l => l.Spec.HolderIdentity).Distinct(StringComparer.Ordinal)
            .ShouldBe([other.Metadata.Uid]);
    }

    [Fact]
    public async Task Claim_of_a_holder_that_is_there_is_not_taken_with_adopt()
    {
        var (first, next) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(first, target)).ShouldBeNull();
        (await _claims.ClaimAsync(target, next, adopt: first.Metadata.Uid, keep: false, Token)).ShouldNotBeNull().IsGone
            .ShouldBeFalse();
        (await _claims.FindHolderAsync(target, first, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Holder_whose_name_another_object_has_now_is_gone()
    {
        var (first, next) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(first, target)).ShouldBeNull();
        await _api.DeleteAsync<OmsUpgrade>("up", "one", cancellationToken: Token);
        await UpgradeAsync("one");

        (await ClaimAsync(next, target)).ShouldNotBeNull().IsGone.ShouldBeTrue();
    }

    [Fact]
    public async Task Holder_in_a_namespace_that_is_not_served_counts_as_there()
    {
        var (first, next) = (await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(first, target)).ShouldBeNull();
        await _api.DeleteAsync<OmsUpgrade>("up", "one", cancellationToken: Token);
        var claims = new TargetClaims(_api, "drydock-system", _api.Time, scope: new NamespaceScope(["two"]));

        (await claims.ClaimAsync(target, next, adopt: first.Metadata.Uid, keep: false, Token)).ShouldNotBeNull().IsGone
            .ShouldBeFalse();
    }

    [Fact]
    public async Task Claim_that_was_made_again_since_it_was_read_is_not_released()
    {
        var one = await UpgradeAsync("one");
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(one, target)).ShouldBeNull();
        var before = (await LeasesAsync()).Count;
        _api.Before = async request =>
        {
            if (request.Verb == "delete")
            {
                _api.Before = null;
                await _claims.ReleaseAsync(target.Names("one"), one.Metadata.Uid!, Token);
                (await ClaimAsync(one, target)).ShouldBeNull();
            }
        };
        await Should.ThrowAsync<KubernetesConflictException>(
            () => _claims.ReleaseAsync(target.Names("one"), one.Metadata.Uid!, Token));
        (await LeasesAsync()).Count.ShouldBe(before);
    }

    [Fact]
    public async Task Two_that_adopt_one_claim_do_not_both_get_it()
    {
        var (gone, one, two) = (await UpgradeAsync("gone"), await UpgradeAsync("one"), await UpgradeAsync("two"));
        var target = new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]);
        (await ClaimAsync(gone, target)).ShouldBeNull();
        await _api.DeleteAsync<OmsUpgrade>("up", "gone", cancellationToken: Token);
        _api.Before = async request =>
        {
            if (request.Verb == "update")
            {
                _api.Before = null;
                (await _claims.ClaimAsync(target, two, adopt: gone.Metadata.Uid, keep: false, Token)).ShouldBeNull();
            }
        };
        await Should.ThrowAsync<KubernetesConflictException>(
            () => _claims.ClaimAsync(target, one, adopt: gone.Metadata.Uid, keep: false, Token));
        (await _claims.FindHolderAsync(target, two, Token)).ShouldBeNull();
    }

    private Task<ClaimHolder?> ClaimAsync(OmsUpgrade holder, ClaimTarget target) =>
        _claims.ClaimAsync(target, holder, adopt: null, keep: false, Token);

    private async Task<IReadOnlyList<V1Lease>> LeasesAsync() =>
        [.. (await _api.ListAsync<V1Lease>("drydock-system", cancellationToken: Token)).Items];

    private Task<OmsUpgrade> UpgradeAsync(string space) =>
        _api.CreateAsync(
            new OmsUpgrade { Metadata = new V1ObjectMeta { Name = "up", Namespace = space }, Spec = OmsWorld.AnySpec },
            Token);
}
