namespace Drydock.Tests.Unit.Runs.Toys;

internal sealed class StoreException(string message) : Exception(message);
