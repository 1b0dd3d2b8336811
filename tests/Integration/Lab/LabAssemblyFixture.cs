using Drydock.Lab;
using Xunit;

[assembly: AssemblyFixture(typeof(LabFixture))]
