namespace Drydock.Engine.Running;

/// <summary>Called directly before every act: may this process still act?</summary>
public interface IActFence
{
    void EnsureMayAct();

    /// <summary>Cancelled when this process must not act any longer: everything that runs under the fence ends at once.
    /// Never cancelled if the right to act does not end.</summary>
    CancellationToken Ended => CancellationToken.None;
}
