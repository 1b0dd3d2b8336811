namespace Drydock.Reconcilers.Common;

/// <summary>Who has a claim that is not ours.</summary>
/// <param name="Name">Kind, namespace and name, or the uid where nothing else is known.</param>
/// <param name="IsGone">The object does not exist any more: nobody will ever let go.</param>
public sealed record ClaimHolder(string Name, bool IsGone)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
