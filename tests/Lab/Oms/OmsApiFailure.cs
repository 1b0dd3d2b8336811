namespace Drydock.Lab.Oms;

/// <summary>An answer with HTTP 200 and success false.</summary>
/// <param name="Code">For example <c>GHANA-OPERAT000001</c>.</param>
/// <param name="Times">Only the first requests up to this number on each host; 0 for all.</param>
public sealed record OmsApiFailure(string Code, string? Message = null, string? Advice = null, int Times = 0);
