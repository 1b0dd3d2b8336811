namespace Drydock.Engine.Running;

/// <summary>Asked right before every act: may this process still act?</summary>
public interface IActFence
{
    /// <summary>Returns if it may.</summary>
    /// <exception cref="ActRefusedException">Another operator may be acting.</exception>
    void EnsureMayAct();
}
