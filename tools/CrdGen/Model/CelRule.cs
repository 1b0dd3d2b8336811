namespace Drydock.CrdGen.Model;

/// <summary>One entry of <c>x-kubernetes-validations</c>.</summary>
/// <param name="Rule">The expression.</param>
/// <param name="Message">What a refused user reads.</param>
public sealed record CelRule(string Rule, string Message);
