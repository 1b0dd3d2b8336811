namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the type of a step says of every step of it: its attributes and <see cref="IWaitsOnly"/>, read
/// once.</summary>
internal sealed class StepTraits
{
    private readonly IReadOnlyList<EffectAttribute> _effects = [];
    private readonly TraitsAttribute _traits;

    public StepTraits(Type part)
    {
        Part = part;
        _effects = [.. part.GetCustomAttributes<EffectAttribute>(inherit: false)];
        _traits = part.GetCustomAttribute<TraitsAttribute>(inherit: false) ?? new TraitsAttribute();
        Acceptance = part.GetCustomAttribute<AcceptableAttribute>(inherit: false);
        OnlyWaits = part.IsAssignableTo(typeof(IWaitsOnly));
    }

    /// <summary>Those of a step that this operator does not have.</summary>
    public static StepTraits None { get; } = new(typeof(object));

    public Type Part { get; }

    /// <summary>Whether the step only waits and changes nothing. A rollback need not wait for the end of such a
    /// step.</summary>
    public bool OnlyWaits { get; }

    /// <summary>Which of its failures may be accepted; null for none.</summary>
    public AcceptableAttribute? Acceptance { get; }

    /// <inheritdoc cref="TraitsAttribute.HeldBy"/>
    public string? HeldBy => _traits.HeldBy;

    /// <inheritdoc cref="TraitsAttribute.Drains"/>
    public bool Drains => _traits.Drains;

    /// <inheritdoc cref="TraitsAttribute.DurationKey"/>
    public string? DurationKey => _traits.DurationKey;

    /// <summary>How long the unit of work that begins with the step should take by the vendor's rule; null if there is
    /// none.</summary>
    public TimeSpan? UnitEstimate => _traits.UnitMinutes > 0 ? TimeSpan.FromMinutes(_traits.UnitMinutes) : null;

    public bool Has(Effect effect, string phase) =>
        _effects.Any(e => e.Effect == effect && (e.Phase is null || e.Phase == phase));
}

/// <summary>What a step means to its run once it has begun.</summary>
internal enum Effect
{
    /// <summary>It has changed something that a rollback takes back.</summary>
    Changes,

    /// <summary>An abort or a deletion no longer undoes everything.</summary>
    EndsUndo,
}

/// <summary>Says what a step means to its run once it has begun.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
internal sealed class EffectAttribute(Effect effect) : Attribute
{
    public Effect Effect => effect;

    /// <summary>The phase in which it has the effect; null for every phase.</summary>
    public string? Phase { get; init; }
}

/// <summary>What a step is to the run while it is under way.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class TraitsAttribute : Attribute
{
    /// <summary>The reason with which the run counts as held while the step waits for an administrator; null if it does
    /// not.</summary>
    public string? HeldBy { get; init; }

    /// <summary>How long the unit of work that begins with the step should take by the vendor's rule; 0 if there is
    /// none.</summary>
    public int UnitMinutes { get; init; }

    /// <summary>What steps have in common that should take equally long; null for their ids without node and
    /// number.</summary>
    public string? DurationKey { get; init; }

    /// <summary>Whether what the step changed for a while is removed while the run is stopped or waits.</summary>
    public bool Drains { get; init; }
}
