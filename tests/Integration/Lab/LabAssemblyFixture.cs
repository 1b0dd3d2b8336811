[assembly: AssemblyFixture(typeof(LabFixture))]

// A test waits more than it works: twice as many as there are cores keep two cores busy.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
