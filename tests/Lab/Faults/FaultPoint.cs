namespace Drydock.Lab;

/// <summary>A point at which a fault can strike: before or after act k. A chaos runner enumerates these.</summary>
public sealed record FaultPoint(FaultAct Act, FaultSide Side)
{
    /// <summary>For a ledger: <c>before docker-h1 #12 POST /containers/x/start</c>.</summary>
    public override string ToString() => $"{(Side == FaultSide.Before ? "before" : "after")} {Act}";
}
