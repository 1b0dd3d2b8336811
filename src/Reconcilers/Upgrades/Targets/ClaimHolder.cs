namespace Drydock.Reconcilers.Upgrades;

/// <summary>Who has a claim that is not ours.</summary>
/// <param name="Name">Kind, namespace and name, or the uid where nothing else is known.</param>
/// <param name="IsGone">The object no longer exists: it will never release the claim.</param>
/// <param name="Lease">Namespace and name of the Lease, for the administrator who has to remove it.</param>
internal sealed record ClaimHolder(string Name, bool IsGone, string Lease)
{
    public override string ToString() => Name;
}
