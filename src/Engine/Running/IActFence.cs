namespace Drydock.Engine.Running;

/// <summary>Asked right before every act: may this process still act?</summary>
public interface IActFence
{
    /// <summary>Returns if it may.</summary>
    /// <exception cref="ActRefusedException">Another operator may be acting.</exception>
    void EnsureMayAct();

    /// <summary>
    /// Cancelled when this process must not act any more: what runs under the fence ends at once. Never cancelled where
    /// nothing ends it.
    /// </summary>
    CancellationToken Ended => CancellationToken.None;
}
