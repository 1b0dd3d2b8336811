namespace Drydock.Lab.Oms;

/// <summary>
/// What a scenario may bend in the console's API; read at every request. Keys of dictionaries by action are Action
/// names, or <c>LegacyProgress</c>.
/// </summary>
public sealed record OmsApiKnobs
{
    /// <summary>The user; <see cref="OmsScenario.ApiUser"/> by default.</summary>
    public string? User { get; init; }

    /// <summary>The password; <see cref="OmsCanaries.ApiPassword"/> by default.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// How a wrong login is answered: <c>401</c>, <c>200</c> (success false) or <c>redirect</c> (302).
    /// </summary>
    public string? AuthFailure { get; init; }

    /// <summary>Every request is answered success false, "password has expired".</summary>
    public bool? PasswordExpired { get; init; }

    /// <summary>HTTP 200 with success false, by action.</summary>
    public IReadOnlyDictionary<string, OmsApiFailure>? Failures { get; init; }

    /// <summary>A plain HTTP error with an HTML body, by action.</summary>
    public IReadOnlyDictionary<string, OmsApiStatus>? HttpStatus { get; init; }

    /// <summary>Seconds an answer takes, by action; <c>*</c> for all others.</summary>
    public IReadOnlyDictionary<string, double>? DelaySeconds { get; init; }

    /// <summary>
    /// The connection ends <c>before</c> the work is done or <c>after</c> it, without an answer, by action.
    /// </summary>
    public IReadOnlyDictionary<string, OmsFault>? Cut { get; init; }

    /// <summary>
    /// HTTP 200 with <c>html</c>, <c>truncated</c> JSON or a <c>huge</c> body of more than 20 MB, by action.
    /// </summary>
    public IReadOnlyDictionary<string, OmsFault>? Garbage { get; init; }

    /// <summary>
    /// Numbers as text, unknown fields, null for an empty list, pages for a total, an unknown component status.
    /// </summary>
    public bool? Quirks { get; init; }

    /// <summary>How far a project is behind, by its key or <c>*</c>.</summary>
    public IReadOnlyDictionary<string, int>? LagSeconds { get; init; }

    /// <summary>Statuses of steps, by project key and step name: a forward switchover under way.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Steps { get; init; }

    /// <summary>
    /// Projects that come out of the upgrade with another status; written once, by the first console of the new version
    /// on the new schema.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Status { get; init; }

    /// <summary>How wrong the Date header is.</summary>
    public double? ClockOffsetSeconds { get; init; }
}
