namespace Drydock.Crds.Plans;

/// <summary>Where a step stands, as recorded in status.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
public enum StepState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>The receipt is written; the action may have begun.</summary>
    Running,

    /// <summary>The world was seen in the state the step wanted.</summary>
    Succeeded,

    /// <summary>It failed and no automatic attempt is left.</summary>
    Failed,

    /// <summary>Whether it was done cannot be read; nothing is done until it can, or an administrator
    /// decides.</summary>
    Unknown,
}
