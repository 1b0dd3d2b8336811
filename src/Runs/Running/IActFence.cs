namespace Drydock.Runs;

/// <summary>Called directly before every act: may this process still act? An interface, because the engine does not
/// know Kubernetes, whose leadership decides it.</summary>
public interface IActFence
{
    void EnsureMayAct();

    /// <summary>How long this process is certain to keep the right to act, by the monotonic clock.</summary>
    TimeSpan Left => TimeSpan.MaxValue;

    /// <summary>How long this process has had the right to act, by the monotonic clock.</summary>
    TimeSpan Held => TimeSpan.MaxValue;

    /// <summary>Cancelled when this process must not act any longer: everything that runs under the fence ends at once.
    /// Never cancelled if the right to act does not end.</summary>
    CancellationToken Ended => CancellationToken.None;
}
