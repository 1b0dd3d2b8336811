namespace Drydock.Lab.Oms;

/// <summary>Faults of the console's API, read at every request. Keys of dictionaries by action are Action
/// names.</summary>
public sealed record OmsApiKnobs
{
    /// <summary>The answer to another login than <see cref="OmsScenario.ApiUser"/>: <c>401</c>, <c>200</c> (success
    /// false) or <c>redirect</c> (302).</summary>
    public string? AuthFailure { get; init; }

    /// <summary>Whether every request is answered with success false, "password has expired".</summary>
    public bool? PasswordExpired { get; init; }

    /// <summary>HTTP 200 with success false, by action.</summary>
    public IReadOnlyDictionary<string, OmsApiFailure>? Failures { get; init; }

    /// <summary>A plain HTTP error with an HTML body, by action.</summary>
    public IReadOnlyDictionary<string, OmsApiStatus>? HttpStatus { get; init; }

    /// <summary>Duration of an answer in seconds, by action; <c>*</c> for all others.</summary>
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

    /// <summary>Lag of a project, by its key or <c>*</c>.</summary>
    public IReadOnlyDictionary<string, int>? LagSeconds { get; init; }

    /// <summary>Statuses of steps, by project key and step name: a forward switchover in progress.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Steps { get; init; }

    /// <summary>
    /// Statuses of projects after the upgrade that differ from before. The first console of the new version on the new
    /// schema writes them once.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Status { get; init; }

    /// <summary>Error of the Date header.</summary>
    public double? ClockOffsetSeconds { get; init; }
}
