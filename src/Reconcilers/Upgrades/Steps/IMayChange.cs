namespace Drydock.Reconcilers.Upgrades;

/// <summary>A step with the effect <see cref="Effect.Changes"/> whose arguments may say that it changes
/// nothing.</summary>
internal interface IMayChange
{
    bool Changes { get; }
}
