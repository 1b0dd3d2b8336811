namespace Drydock.Operator;

/// <summary>A flag has an invalid value. The message names flag, value, expectation and remedy.</summary>
public sealed class OperatorOptionException(string message) : Exception(message);
