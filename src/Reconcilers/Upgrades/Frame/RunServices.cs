namespace Drydock.Reconcilers.Upgrades;

/// <summary>The dependencies of the controller of any kind of run.</summary>
internal record RunServices : ControllerServices
{
    public required TargetClaims Claims { get; init; }
}
