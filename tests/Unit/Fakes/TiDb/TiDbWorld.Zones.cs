namespace Drydock.Tests.Unit.Fakes;

/// <content>What may be down at once.</content>
internal sealed partial class TiDbWorld
{
    /// <summary>Regions whose replicas are all up to date.</summary>
    public List<TiDbRegion> Complete { get; } = [];

    /// <summary>Whether two stores may be without leaders at once.</summary>
    public bool MayBeDownTogether(ulong one, ulong other) =>
        one == other || !Stores.Exists(s => s.Id == one)
            || IsBeside(Stores.Single(s => s.Id == one).Process, Stores.Single(s => s.Id == other).Process);

    // Two TiKVs on one host, where the spec lets more than one of a zone be down.
    private bool IsBeside(TiDbProcess one, TiDbProcess other) => (Upgrade.Spec.Tidb?.MaxUnavailablePerZone ?? 1) > 1
        && (one.Component, other.Component, one.Host) == (DatabaseComponent.TiKV, DatabaseComponent.TiKV, other.Host);
}
