namespace Drydock.Abstractions.Entities;

/// <summary>When a spec field may change.</summary>
public enum FieldClass
{
    /// <summary>
    /// What will be done to what: part of the plan hash, frozen while a plan is stored and not ended.
    /// </summary>
    Identity,

    /// <summary>How targets are reached: may change at any time, read at the next act.</summary>
    Access,

    /// <summary>What the user wants of the run now: may change at any time.</summary>
    Control,

    /// <summary>
    /// How long the operator waits, and what it does when that time is over: may change at any time. A change retries
    /// what has failed at once, as one of access does, but connections are kept.
    /// </summary>
    Timing,
}
