namespace Drydock.Lab.Oms;

/// <summary>An answer with HTTP 200 and success false.</summary>
/// <param name="Code">For example <c>GHANA-OPERAT000001</c>.</param>
/// <param name="Message">What it says.</param>
/// <param name="Advice">What it advises.</param>
/// <param name="Times">Only the first so many requests on each host; 0 is always.</param>
public sealed record OmsApiFailure(string Code, string? Message = null, string? Advice = null, int Times = 0);
