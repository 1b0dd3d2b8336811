namespace Drydock.Crds.Plans;

/// <summary>What a <c>retry</c> token may do with a failed step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RetryRule>))]
public enum RetryRule
{
    /// <summary>The action may be repeated.</summary>
    Repeat,

    /// <summary>The action may be repeated only if the last run provably failed; not after an unknown
    /// outcome.</summary>
    RepeatAfterProvenFailure,

    /// <summary>The action may be repeated only on restored data; a token alone never repeats it.</summary>
    RestoreFirst,
}
